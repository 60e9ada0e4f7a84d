#!/bin/bash
# Boots a Debian kernel with pure cgroup v2 in qemu and runs scripts on real containers there. See README.md.
# Usage: tests/Vm/run.sh [SCRIPT.ps1 ...]      (default: Cgroup2.ps1)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=$top/out/vm
suite=bookworm
packages=busybox-static,iproute2,kmod,libcap2-bin,libicu72,libseccomp2,libstdc++6,lxc,nftables,procps,uidmap
[ $# -gt 0 ] || set -- "$here/Cgroup2.ps1"

need() {
    command -v "$1" >/dev/null || { echo "run.sh: $1 is missing: apt-get install $2" >&2; exit 2; }
}
need qemu-system-x86_64 qemu-system-x86
need mmdebstrap mmdebstrap
need mke2fs e2fsprogs
need dotnet dotnet-runtime-10.0
[ "$(id -u)" = 0 ] || { echo 'run.sh: building the image needs root' >&2; exit 2; }
module=$(ls -d "$top"/out/LxcPS/*/ 2>/dev/null | tail -1)
[ -n "$module" ] && [ -f "$top/out/host/lxcps-host.dll" ] || { echo 'run.sh: build the module and the host first: ./pwsh build.ps1 Build' >&2; exit 2; }

# The image is kept until the packages, the runtime or the init change.
runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
version=$(ls "$runtime/shared/Microsoft.NETCore.App" | sort -V | tail -1)
key=$(echo "$suite $packages $version" | cat - "$here/vm-init" | sha256sum | cut -c1-16)
image=$cache/root-$key.ext4
if [ ! -f "$image" ]; then
    rm -rf "$cache"
    mkdir -p "$cache/kernel"
    chmod 755 "$cache"
    mmdebstrap --variant=minbase --mode=root --include=$packages $suite "$cache/root" >"$cache/mmdebstrap.log" 2>&1 ||
        { tail -20 "$cache/mmdebstrap.log" >&2; exit 2; }
    (
        cd "$cache/kernel"
        apt-get -qq download "$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -1)" 2>/dev/null
        dpkg -x linux-image-*.deb .
        mv boot/vmlinuz-* "$cache/vmlinuz"
    )
    release=$(ls "$cache/kernel/lib/modules")
    modules=$cache/root/lib/modules/$release
    # nvme and ext4 are built into this kernel, so there is no initramfs; the rest of the disk drivers is not needed.
    for folder in crypto drivers/block drivers/net drivers/virtio fs lib net; do
        [ -d "$cache/kernel/lib/modules/$release/kernel/$folder" ] || continue
        mkdir -p "$modules/kernel/$folder"
        cp -r "$cache/kernel/lib/modules/$release/kernel/$folder/." "$modules/kernel/$folder/"
    done
    cp "$cache/kernel/lib/modules/$release"/modules.* "$modules/"
    chroot "$cache/root" depmod "$release"
    mkdir -p "$cache/root/usr/share/dotnet/shared/Microsoft.NETCore.App"
    cp -a "$runtime/dotnet" "$runtime/host" "$cache/root/usr/share/dotnet/"
    cp -a "$runtime/shared/Microsoft.NETCore.App/$version" "$cache/root/usr/share/dotnet/shared/Microsoft.NETCore.App/"
    ln -s /usr/share/dotnet/dotnet "$cache/root/usr/bin/dotnet"
    install -m 755 "$here/vm-init" "$cache/root/sbin/vm-init"
    [ -e "$cache/root/dev/console" ] || mknod "$cache/root/dev/console" c 5 1
    mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$cache/root" "$image.new" 1200M
    mv "$image.new" "$image"
    rm -rf "$cache/root" "$cache/kernel"
fi

job=$(mktemp -d)
trap 'rm -rf "$job"' EXIT
mkdir -p "$job/in/scripts" "$job/out"
cp -a "$module" "$job/in/module"
cp -a "$top/out/host" "$job/in/host"
cp "$here/job.sh" "$job/in/job.sh"
cp "$@" "$job/in/scripts/"
tar -cf "$job/in.tar" -C "$job/in" .
truncate -s 16M "$job/out.img"
timeout "${LXCPS_VM_TIMEOUT:-900}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
    -nographic -nodefaults -serial stdio -no-reboot -kernel "$cache/vmlinuz" \
    -drive "file=$image,format=raw,if=none,id=r,snapshot=on" -device nvme,drive=r,serial=root \
    -drive "file=$job/in.tar,format=raw,if=none,id=j,readonly=on" -device virtio-blk-pci,drive=j,serial=job \
    -drive "file=$job/out.img,format=raw,if=none,id=o" -device virtio-blk-pci,drive=o,serial=out \
    -append 'console=ttyS0 panic=-1 quiet root=/dev/nvme0n1 rw init=/sbin/vm-init' </dev/null >"$job/serial.log" 2>&1 || true
if ! tar -xf "$job/out.img" -C "$job/out" 2>/dev/null || [ ! -f "$job/out/status" ]; then
    echo 'run.sh: the machine gave no result back; the end of its console:' >&2
    tail -20 "$job/serial.log" >&2
    exit 2
fi
cat "$job/out/log"
exit "$(cat "$job/out/status")"
