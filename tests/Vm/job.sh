# Runs the tests in the machine, from a cgroup below the root as a login session does: there the rule of cgroup v2 holds that a cgroup with
# processes hands no controllers on. What it writes is seen outside at once.
# Overlay takes no upper layer on the tmpfs that /tmp is.
export TMPDIR=/var/tmp NO_COLOR=1
mkdir /sys/fs/cgroup/session
echo $$ >/sys/fs/cgroup/session/cgroup.procs
tags=$(cat /job/tags)
echo "Linux $(uname -r), AppArmor: $(cat /sys/module/apparmor/parameters/enabled), cgroup: $(cat /proc/self/cgroup)"
# Through cat: a program that takes what looks like a terminal for its own would lose lines.
{
    timeout -k 10 "$(cat /job/limit)" /job/out/host/lxcps-host -NoProfile -NonInteractive -File /job/tests/Invoke-PesterTests.ps1 \
        ${tags:+-Tag "$tags"} -ResultPath /out/pester.txt -TimePath /out/seconds
    status=$?
    [ $status != 124 ] || echo "The tests took longer than $(cat /job/limit) seconds"
    # Of all files together. lxc.pivot is what LXC's own tools leave for good.
    left=$(find /sys/fs/cgroup -mindepth 1 -type d ! -name session ! -name lxc.pivot; ps -e -o args= | grep '[l]xcps-monitor')
    if [ -n "$left" ] && [ $status = 0 ]; then
        echo "Left behind: $left"
        { read -r passed; read -r failed; read -r skipped; } </out/pester.txt
        printf '%s\n' "$passed" $((failed + 1)) "$skipped" "[-] something was left behind:" "$left" >/out/pester.txt
        status=1
    fi
    echo $status >/out/code
} 2>&1 | cat
exit "$(cat /out/code)"
