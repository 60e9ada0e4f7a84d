# Runs every script twice: from the root cgroup, as a machine without systemd does, and from a cgroup below it, as a login session does. There
# the rule of cgroup v2 holds that a cgroup with processes hands no controllers on.
failed=0
for place in root session; do
    if [ $place = session ]; then
        mkdir /sys/fs/cgroup/session
        echo $$ >/sys/fs/cgroup/session/cgroup.procs
    fi
    for script in /job/scripts/*.ps1; do
        echo "# ${script##*/} from $(cat /proc/self/cgroup)"
        dotnet /job/host/lxcps-host.dll -NoProfile -NonInteractive -File $script -Module /job/module/LxcPS.psd1 -Place $place || failed=1
    done
    left=$(find /sys/fs/cgroup -mindepth 1 -type d ! -path '*/session')
    if [ -n "$left" ]; then
        echo "FAIL left behind: $left"
        failed=1
    fi
    if ps -e -o args= | grep '[l]xcps-monitor'; then
        echo 'FAIL a monitor runs still'
        failed=1
    fi
done
exit $failed
