# Dot-sourced by the tests of what copies files: a directory with all that a file can have, and what a tree has to compare.

function New-OddFile {
    # Every byte that a name can have, a hole, hard and symbolic links, a pipe, a device, owners, modes, times, attributes, capabilities, an access list.
    param([string] $Path)
    & sh -c @'
set -e
mkdir -p "$1" && cd "$1"
perl -e 'for my $b (1..255) { next if $b == 47; my $n = "f" . chr($b) . "x"; open my $f, ">", $n or die; print $f "content $b" }'
truncate -s 8M sparse && printf end >>sparse
echo linked >one && ln one two && ln -s ../../../etc/shadow escape && ln -s nowhere dangling
mkfifo pipe; mknod zero c 1 5; chown 12:34 one; chmod 4751 f0x 2>/dev/null || true
chmod 4755 two; touch -d '2001-02-03 04:05:06.789' sparse
# lsetxattr(2): attributes of a user and of root, capabilities (version 2: cap_net_raw, effective), an access list (user 77 reads); of links what they can have.
perl -e 'sub set { my ($f, $n, $v) = @_; syscall(189, $f, $n, $v, length $v, 0) == 0 or die "$n: $!" }
    set("sparse", "user.kind", "odd"); set($_, "trusted.kind", "odd") for "sparse", "dangling"; set($_, "security.capability", pack("V5", 0x02000001, 1 << 13, 0, 0, 0)) for "fax", "escape";
    set("fbx", "system.posix_acl_access", pack("V", 2) . join "", map { pack "vvV", @$_ } [1, 6, 0xffffffff], [2, 4, 77], [4, 4, 0xffffffff], [16, 4, 0xffffffff], [32, 4, 0xffffffff])'
'@ sh $Path
    $LASTEXITCODE | Should -Be 0
}

function Get-Tree {
    # All that a file has: type, mode, owners, size, links, times, device numbers, content, extended attributes.
    param([string] $Path)
    $script = 'cd "$1" && find . -mindepth 1 ! -path ./etc/hostname ! -path ./etc/hosts ! -path ./etc/machine-id ! -path ./etc -printf "%P\0%y %m %U %G %s %n %T@ %l %b\0" | tr "\0" "\n" | LC_ALL=C sort; ' +
        'find . -print0 | LC_ALL=C sort -z | perl -0 -ne ''chomp; my $l = "\0" x 4096; my $n = syscall(195, $_, $l, 4096); next if $n <= 0; for my $k (sort split /\0/, substr($l, 0, $n)) { my $v = "\0" x 256; my $m = syscall(192, $_, $k, $v, 256); print "$_ $k ", unpack("H*", substr($v, 0, $m)), "\n" }''; find . -type f ! -path ./etc/hostname ! -path ./etc/hosts ! -path ./etc/machine-id -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum'
    (& sh -c $script sh $Path) -join "`n"
}
