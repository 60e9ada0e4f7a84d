#!/bin/bash
# Makes the machine's root image and kernel. Usage: image.sh WORK TARGET SUITE PACKAGES RUNTIME VERSION DEBIAN
# DEBIAN: the packages of the Debian that containers are made of there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 target=$2 suite=$3 packages=$4 runtime=$5 version=$6 debian=$7
root=$work/root
rm -rf "$target"
mkdir -p "$work/kernel" "$target"

# From where this machine has its own packages, when it is of that suite, and the way it gets there.
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    ! grep -qsw "$suite" "$file" || sources+=("$file")
done
apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check)' >"$work/apt.conf" || true

# The kernel is unpacked beside the root and not installed: nothing boots it from there, so there need be no initramfs.
cat >"$work/fetch-kernel" <<'END'
set -e
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
cd "$2"
apt-get -qq download "$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -1)"
END
# What apt was told may name a proxy and how to get through it, so that file does not stay.
make_root() {
    timeout 900 mmdebstrap --variant=minbase --mode=root --aptopt="$work/apt.conf" "${@:2}" \
        --customize-hook='rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"' "$suite" "$1" ${sources[@]+"${sources[@]}"} >"$work/log" 2>&1 </dev/null || { tail -20 "$work/log" >&2; exit 2; }
}
make_root "$root" --include="$packages" --customize-hook="sh '$work/fetch-kernel' \"\$1\" '$work/kernel'"

# There is no network there: a program in mmdebstrap's place hands the engine the Debian that mmdebstrap made here of the same packages.
# Documentation is left out, as it would only be unpacked.
mkdir "$root/usr/share/lxcps"
make_root "$root/usr/share/lxcps/debian.tar" --include="$debian" --skip=output/mknod \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*'
cat >"$root/usr/local/bin/mmdebstrap" <<END
#!/bin/sh
suite= target=
for argument; do
    case \$argument in
        --include=$debian) packages=1 ;;
        -*) ;;
        *.tar) target=\$argument ;;
        *) suite=\${suite:-\$argument} ;;
    esac
done
[ "\$suite \$packages" = '$suite 1' ] || { echo "E: there is only $suite here, of $debian" >&2; exit 1; }
exec cp /usr/share/lxcps/debian.tar "\$target"
END
chmod 755 "$root/usr/local/bin/mmdebstrap"

dpkg -x "$work"/kernel/linux-image-*.deb "$work/kernel"
cp "$work"/kernel/boot/vmlinuz-* "$target/vmlinuz"
release=$(ls "$work/kernel/lib/modules")
modules=$root/lib/modules/$release
# nvme and ext4 are built into this kernel, so it boots without an initramfs; most drivers are not needed.
for folder in crypto drivers/block drivers/md drivers/net drivers/virtio fs lib net; do
    [ -d "$work/kernel/lib/modules/$release/kernel/$folder" ] || continue
    mkdir -p "$modules/kernel/$folder"
    cp -r "$work/kernel/lib/modules/$release/kernel/$folder/." "$modules/kernel/$folder/"
done
cp "$work/kernel/lib/modules/$release"/modules.* "$modules/"
chroot "$root" depmod "$release"

# There is no udev, which LVM would wait for, and no daemon that watches its volumes.
cat >"$root/etc/lvm/lvm.conf" <<'END'
activation { udev_sync = 0 udev_rules = 0 monitoring = 0 }
devices { obtain_device_list_from_udev = 0 use_devicesfile = 0 }
END

mkdir -p "$root/usr/share/dotnet/shared/Microsoft.NETCore.App"
cp -a "$runtime/dotnet" "$runtime/host" "$root/usr/share/dotnet/"
cp -a "$runtime/shared/Microsoft.NETCore.App/$version" "$root/usr/share/dotnet/shared/Microsoft.NETCore.App/"
ln -s /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
install -m 755 "$here/vm-init" "$root/sbin/vm-init"
[ -e "$root/dev/console" ] || mknod "$root/dev/console" c 5 1
mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$target/root.ext4" 1536M
