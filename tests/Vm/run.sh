#!/bin/bash
# Boots a Debian kernel with AppArmor and pure cgroup v2 in qemu, on several processors several times, and runs Pester files there.
# See README.md.
# Usage: tests/Vm/run.sh [-m] [-t TAG,...] [-o DIRECTORY] [PATTERN ...]
#   PATTERN   files whose names begin so, or a file; all tests in them
#   -m        of them, or of all files, only the tests that are marked for the machine; as without any argument
#   -t        only the tests of these tags
#   -o        where the results go: out/vm
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
suite=bookworm
packages=apparmor,busybox-static,dbus,iproute2,kmod,libcap2-bin,libicu72,libseccomp2,libstdc++6,lvm2,lxc,nftables,procps,systemd,systemd-sysv,thin-provisioning-tools,uidmap,zfs-fuse
# What the template Debian asks for.
debian=$(sed -n 's/.*UsualPackages = \[\(.*\)\];/\1/p' "$top/src/LxcPS.Engine/Images/DebianImage.cs" | tr -d '" ')
cache=${LXCPS_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-$top/out}/.cache}/lxcps/vm}
limit=${LXCPS_VM_TIMEOUT:-2400}
results=$top/out/vm
tags=
marked=
measured=

say() { echo "run.sh: $*" >&2; }
# Status 2: there is no machine to run tests in, which says nothing about them.
none() { say "$@"; exit 2; }

while getopts mt:o: option; do
    case $option in
        m) marked=1 ;;
        t) tags=${tags:+$tags,}$OPTARG ;;
        o) results=$OPTARG ;;
        *) exit 64 ;;
    esac
done
shift $((OPTIND - 1))

need() { command -v "$1" >/dev/null || none "$1 is missing: apt-get install $2"; }
[ "$(uname -m)" = x86_64 ] || none 'the machine is an x86_64 one only'
[ "$(id -u)" = 0 ] || none 'building the image needs root'
need qemu-system-x86_64 qemu-system-x86
need mmdebstrap mmdebstrap
need mke2fs e2fsprogs
need dotnet dotnet-runtime-10.0
module=$(ls "$top"/out/LxcPS/*/LxcPS.psd1 2>/dev/null | tail -1)
[ -n "$module" ] || none 'build the module first: ./pwsh build.ps1 Build'

# What runs there. A file of which nothing would run costs its reading, so it stays here.
if [ -z "$tags" ] && { [ -n "$marked" ] || [ $# -eq 0 ]; }; then
    tags=Vm,CgroupV2,Systemd
    measured=1
    # Where the host has AppArmor, these run there, and faster.
    [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || tags=$tags,AppArmor
fi
files=()
for pattern in "${@:-}"; do
    pattern=${pattern##*/}
    [[ $pattern == *.Tests.ps1 ]] || pattern=$pattern*.Tests.ps1
    while read -r file; do
        if [ -z "$tags" ] || grep -qE -- "-Tag .*\b(${tags//,/|})\b" "$file"; then
            files+=("$file")
        fi
    done < <(compgen -G "$top/tests/Pester/$pattern" || true)
done
mkdir -p "$results"
rm -rf "$results/pester.txt" "$results"/[1-9]
if [ ${#files[@]} -eq 0 ]; then
    echo "No tests for the virtual machine${*:+ in $*}"
    printf '0\n0\n0\n' >"$results/pester.txt"
    exit 0
fi
# The repository's own host, even where there is PowerShell: it needs no more than the .NET runtime.
LXCPS_HOST=1 "$top/pwsh" -Version >/dev/null </dev/null

work=$(mktemp -d)
chmod 755 "$work"
running=()
reader=
cleanup() {
    [ -z "${running[*]}$reader" ] || kill "${running[@]}" $reader 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The image is kept until the packages, the runtime or the init change.
runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
version=$(ls "$runtime/shared/Microsoft.NETCore.App" | sort -V | tail -1)
image=$cache/$({ echo "$suite $packages $version $debian"; cat "$here/vm-init" "$here/image.sh"; } | sha256sum | cut -c1-16)
mkdir -p "$cache"
(
    flock 9
    [ -d "$image" ] || {
        say 'making the image of the machine'
        find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +14 -exec rm -rf {} +
        "$here/image.sh" "$work/image" "$image.new" "$suite" "$packages" "$runtime" "$version" "$debian" 9>&- && mv "$image.new" "$image"
    }
    touch "$image"
) 9>"$cache/lock" || none 'the image of the machine could not be made'
rm -rf "$work/image"

# A machine for each processor, which is that machine's own: two processors in each would be a quarter more work for the emulation, and the
# tests mostly keep one busy. More than four machines would wait for the longest file.
memory=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) / 2048 / 1024))
machines=$(printf '%s\n' "$(nproc)" "$memory" ${#files[@]} 4 | sort -n | head -1)
[ "$machines" -ge 1 ] || machines=1
processors=$(($(nproc) / machines))

# The same layout as here, without sources: that is how test files find what they need.
job=$work/job
mkdir -p "$job/tests/Pester" "$job/out/LxcPS"
cp -a "$(dirname "$module")" "$job/out/LxcPS/"
cp -a "$top/out/host" "$job/out/host"
cp "$top/pwsh" "$job/pwsh"
cp "$top/tests/Invoke-PesterTests.ps1" "$job/tests/"
mkdir -p "$job/tests/Fuzz/corpus"
cp -r "$top/tests/Fuzz/corpus/socket" "$job/tests/Fuzz/corpus/"
for file in "$top"/tests/Pester/*.ps1; do
    [[ $file == *.Tests.ps1 ]] || cp "$file" "$job/tests/Pester/"
done
cp "$here/job.sh" "$job/job.sh"
echo "$tags" >"$job/tags"
# A test that hangs is ended inside, so that there is a result, and one that says which it was.
echo $((limit > 240 ? limit - 120 : limit / 2)) >"$job/limit"

# The files with their seconds at the last run here, or at one that is kept beside this, or a guess by the tests in them; the longest first, each to the machine with the least.
times=$cache/seconds
touch "$times"
for file in "${files[@]}"; do
    name=${file##*/}
    seconds=$(cat "$times" "$here/seconds" | awk -v name="$name" '$2 == name && !seen++ { print $1 }')
    [ -n "$seconds" ] || seconds=$((8 * $(grep -cE -- "${tags:+-Tag .*\b(${tags//,/|})\b}" "$file")))
    echo "$seconds $name"
done | sort -k1,1nr -k2 | awk -v n="$machines" '{
    least = 1
    for (i = 2; i <= n; i++) if (sum[i] < sum[least]) least = i
    sum[least] += $1
    print least, $2
}' >"$work/shares"

boot() {
    # Without smap: the emulation takes the stack of an iretq in user mode, as .NET returns from an interrupted thread, for the kernel's own.
    local own=$work/$1 out=$results/$1
    truncate -s 0 "$own/out.img" "$out/log" "$out/console"
    truncate -s 64M "$own/out.img"
    timeout -k 10 "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,-smap -smp "$processors" -m 1536 \
        -display none -nodefaults -no-reboot -kernel "$image/vmlinuz" \
        -serial "file:$out/console" -serial "file:$out/log" \
        -drive "file=$image/root.ext4,format=raw,if=none,id=r,snapshot=on" -device nvme,drive=r,serial=root \
        -drive "file=$own/job.tar,format=raw,if=none,id=j,readonly=on" -device virtio-blk-pci,drive=j,serial=job \
        -drive "file=$own/out.img,format=raw,if=none,id=o" -device virtio-blk-pci,drive=o,serial=out \
        -append 'console=ttyS0 panic=-1 quiet root=/dev/nvme0n1 rw init=/sbin/vm-init' </dev/null &
    qemu=$!
    wait "$qemu" || true
    qemu=
    tar -xf "$own/out.img" -C "$out" 2>/dev/null && [ -f "$out/status" ]
}

# Runs a machine with its share; what comes of it is in its directory of the results.
machine() {
    local out=$results/$1 try
    qemu=
    trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null; exit 130' TERM
    trap - EXIT
    for try in 1 2; do
        ! boot "$1" || return 0
        say "machine $1 gave no result; the end of its console:"
        tail -20 "$out/console" >&2
        [ $try = 2 ] || say 'it is tried once more'
    done
    say 'and none at the second try, which counts as a failure'
    printf '0\n1\n0\n[-] machine %s of tests/Vm gave no result\n' "$1" >"$out/pester.txt"
    echo 1 >"$out/status"
}

for number in $(seq "$machines"); do
    share=$work/$number/tests/Pester
    mkdir -p "$share" "$results/$number"
    for name in $(awk -v n="$number" '$1 == n { print $2 }' "$work/shares"); do
        cp "$top/tests/Pester/$name" "$share/"
    done
    tar -cf "$work/$number/job.tar" -C "$job" . -C "$work/$number" ./tests
    : >"$results/$number/log"
    machine "$number" &
    running+=($!)
done

# What the first writes is seen at once, that of the others after it.
for number in $(seq "$machines"); do
    [ "$machines" = 1 ] || echo "Machine $number of $machines"
    tail -n +1 -s 0.5 -f --pid="${running[number - 1]}" "$results/$number/log" 2>/dev/null &
    reader=$!
    wait "$reader" || true
    reader=
done
wait
running=()

status=0
for number in $(seq "$machines"); do
    out=$results/$number
    [ -f "$out/pester.txt" ] || printf '0\n1\n0\n[-] the tests in machine %s of tests/Vm did not run to their end\n' "$number" >"$out/pester.txt"
    [ "$(cat "$out/status")" != 0 ] || continue
    status=1
    echo "The kernel's lines on refusals and faults in machine $number:"
    grep -E 'audit: type=1|BUG:|Oops|segfault' "$out/dmesg" 2>/dev/null | grep -v 'apparmor="STATUS"' | tail -100 || echo '(none)'
done
awk 'FNR <= 3 { sum[FNR] += $1; next } { reasons = reasons $0 "\n" } END { printf "%d\n%d\n%d\n%s", sum[1], sum[2], sum[3], reasons }' \
    "$results"/[1-9]/pester.txt >"$results/pester.txt"
{ read -r passed; read -r failed; read -r skipped; } <"$results/pester.txt"
[ "$machines" = 1 ] || echo "All machines: $passed passed, $failed failed, $skipped skipped"
if [ -n "$measured" ]; then
    cat "$results"/[1-9]/seconds "$times" 2>/dev/null | awk '!seen[$2]++' >"$times.$$"
    mv "$times.$$" "$times"
fi
exit $status
