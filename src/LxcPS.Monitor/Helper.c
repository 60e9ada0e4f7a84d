// What cannot be C#.
#include <malloc.h>
#include <signal.h>

// A signal to a process is taken by any thread that does not block it, and the runtime's finalizer thread, which is older than Main, has the
// mask that the process began with: the signal would end the process there. So the process begins with all of them blocked. And that thread
// allocates where Main does, in place of a heap of its own that would be mapped at each start and hardly used.
__attribute__((constructor)) static void begin(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
}

// clone3 with CLONE_VM and CLONE_VFORK for a child that goes on with the caller's stack: 0 there, and -errno where there is none. When the
// child has ended, or executed a program, the kernel lets the caller go on, on a stack that holds something else by then: it ends at once,
// with nothing but registers.
long lxcps_clone_or_exit(void *arguments, long length)
{
#if defined(__x86_64__)
    long result = 435;
    __asm__ volatile(
        "syscall\n\ttest %%rax, %%rax\n\tjle 1f\n\txor %%edi, %%edi\n\tmov $231, %%eax\n\tsyscall\n1:"
        : "+a"(result), "+D"(arguments) : "S"(length) : "rcx", "r11", "memory", "cc");
    return result;
#elif defined(__aarch64__)
    register long x0 __asm__("x0") = (long)arguments;
    register long x1 __asm__("x1") = length;
    register long x8 __asm__("x8") = 435;
    __asm__ volatile(
        "svc #0\n\tcmp x0, #0\n\tb.le 1f\n\tmov x0, #0\n\tmov x8, #94\n\tsvc #0\n1:"
        : "+r"(x0), "+r"(x8) : "r"(x1) : "memory", "cc");
    return x0;
#else
#error "clone3 and exit_group of this architecture"
#endif
}
