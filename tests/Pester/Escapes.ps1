# Dot-sourced by tests in BeforeAll: what the root of a container may not do to the host, and how it is tried.

# What the root of a container may not do to the host, plainly and round corners. Each succeeds where nothing but namespaces confines a
# container of the host's root.
$tries = [ordered]@{
    'sysrq'                       = 'umount /proc/sysrq-trigger; echo h >/proc/sysrq-trigger'
    'sysrq by /proc/self/root'    = 'echo h >/proc/self/root/proc/sysrq-trigger'
    'proc elsewhere'              = 'mkdir -p /tmp/p; mount -t proc proc /tmp/p && echo h >/tmp/p/sysrq-trigger'
    'proc where systemd does it'  = 'p=/run/systemd/unit-root/proc; mkdir -p $p; mount -t proc proc $p && echo h >$p/sysrq-trigger'
    'a setting of the kernel there' = 'p=/run/systemd/mount-rootfs/proc; mkdir -p $p; mount -t proc proc $p && v=$(cat $p/sys/vm/swappiness) && echo $v >$p/sys/vm/swappiness'
    'proc bound elsewhere'        = 'mkdir -p /tmp/b; mount -o bind /proc /tmp/b && echo h >/tmp/b/sysrq-trigger'
    'root bound elsewhere'        = 'mkdir -p /tmp/r; mount -o rbind / /tmp/r && echo h >/tmp/r/proc/sysrq-trigger'
    # The kernel moves nothing out of a shared mount, and a container may change that.
    'proc moved elsewhere'        = 'mount --make-rprivate /; mkdir -p /tmp/m; mount -t tmpfs t /tmp/m; mkdir /tmp/m/p; mount -t proc proc /proc; mount -o move /proc /tmp/m/p'
    'proc by descriptors'         = '/descriptors'
    'a nested user namespace'     = 'unshare -U -r -m sh -c "echo h >/proc/sysrq-trigger"'
    'kcore'                       = 'umount /proc/kcore; head -c 1 /proc/kcore | grep -q .'
    'core_pattern'                = 'umount /proc/sys/kernel/random/boot_id /proc/sys/net /proc/sys; p=$(cat /proc/sys/kernel/core_pattern); echo "$p" >/proc/sys/kernel/core_pattern'
    'core_pattern bound'          = 'touch /tmp/c; mount -o bind /proc/sys/kernel/core_pattern /tmp/c && p=$(cat /tmp/c) && echo "$p" >/tmp/c'
    'a setting of the kernel'     = 'p=$(cat /proc/sys/vm/swappiness); echo $p >/proc/sys/vm/swappiness'
    'sys elsewhere'               = 'mkdir -p /tmp/s; mount -t sysfs sysfs /tmp/s && ls /tmp/s/kernel'
    'a parameter of a module'     = 'mount -o remount,rw /sys; p=$(cat /sys/module/printk/parameters/time); echo $p >/sys/module/printk/parameters/time'
    'debugfs'                     = 'mount -t debugfs d /sys/kernel/debug; ls /sys/kernel/debug | grep -q .'
    'another profile'             = 'echo "changeprofile lxcps-other" >/proc/self/attr/apparmor/current'
}

# Refused by the kernel already where cgroups are mounted with nsdelegate.
$limits = [ordered]@{
    'its own limit'               = 'mount -o remount,rw /sys/fs/cgroup; echo 99 >/sys/fs/cgroup/pids.max'
    'its own limit by a mount'    = 'mkdir -p /sys/fs/cgroup/x; mount -t cgroup2 c /sys/fs/cgroup/x && echo 99 >/sys/fs/cgroup/x/pids.max'
    'its own limit elsewhere'     = 'mkdir -p /tmp/g; mount -t cgroup2 c /tmp/g && echo 99 >/tmp/g/pids.max'
}

function Copy-TryProgram {
    # Puts the program of 'proc by descriptors' into a root file system: it tries fsopen("proc"), fsmount and to write below that descriptor,
    # and ends with the number of the step that is refused. For x86-64.
    param([string] $Root)
    $text = 'H4sIAAAAAAACA6t39XFjYmRkgAEmBjsGEG8DgwOY7wAVP4FQAhSzAKpzYGBhYAarZQerhwCYPhj9EyoOo2HGBD4tSWFjIB4IQGnD' +
        'S64gdGD/FEYHhh3rgMZ5dF7jZ/XsPOjReqCSZ4cNUM1+kCX8rBCFhpd2rAfy94Es8+k8z88KUscPUcfEANUOM3XHBkawKixmMiOZ' +
        'uW8myHJQqO1ihBkLVS0ItA+sngVm9g6QEqi+5UB9YOMPAe387/H/BFitA//U44aXPHpt9oM1HC4oyk9mKK4sLirULSnKTE9PLWLI' +
        'YGDQK84oLikqSUxi0CtJrShh0CvKT0ksSWSgDuCGxg07RjxCwBM09YxofEGomBGUD4oeCA3hi+LQj0wzY3HXSqgCSQL2AwCX00+c' +
        'yAIAAA=='
    $packed = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new([Convert]::FromBase64String($text)), [IO.Compression.CompressionMode]::Decompress)
    $program = [IO.MemoryStream]::new()
    $packed.CopyTo($program)
    [IO.File]::WriteAllBytes("$Root/descriptors", $program.ToArray())
    chmod 755 "$Root/descriptors"
}

function ConvertTo-TryScript {
    # A shell's script that says what becomes of each try: 'name done' or 'name refused', a line each.
    param([System.Collections.IDictionary] $Try)
    (@(foreach ($key in $Try.Keys) { "if ( $($Try[$key]) ) >/dev/null 2>&1; then echo '$key done'; else echo '$key refused'; fi" }) -join "`n") + "`n"
}

function ConvertFrom-TryOutput {
    # Those lines as a table of names.
    param([string[]] $Line)
    $result = @{}
    foreach ($text in $Line) {
        $key, $value = $text -split ' (?=\w+$)'
        $result[$key] = $value
    }

    $result
}

function Invoke-Try {
    param([string] $Name, [System.Collections.IDictionary] $Try)
    ConvertFrom-TryOutput (ConvertTo-TryScript $Try | Invoke-LxcCommand $Name sh)
}
