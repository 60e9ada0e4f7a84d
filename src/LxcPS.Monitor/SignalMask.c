// A signal to a process is taken by any thread that does not block it, and the runtime's finalizer thread, which is older than Main, has the
// mask that the process began with: the signal would end the process there. So the process begins with all of them blocked.
#include <signal.h>

__attribute__((constructor)) static void block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
}
