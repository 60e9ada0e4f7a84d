using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class EtcRulesTests
{
    [Theory]
    [InlineData("shadow", false)]
    [InlineData("passwd", false)]
    [InlineData("machine-id", false)]
    [InlineData("resolv.conf", false)]
    [InlineData("fstab", false)]
    public void TheContainerHasItsOwn(string path, bool directory) => Assert.Equal(EtcRule.MadeAnew, EtcRules.Of(path, directory));

    [Theory]
    [InlineData("shadow-", false)]
    [InlineData("gshadow-", false)]
    [InlineData("sudoers", false)]
    [InlineData("crypttab", false)]
    [InlineData("ssh/ssh_host_rsa_key", false)]
    [InlineData("ssh/ssh_host_ed25519_key.pub", false)]
    [InlineData("ssl/private", true)]
    [InlineData("pki/tls/private", true)]
    [InlineData("NetworkManager/system-connections", true)]
    [InlineData("wireguard", true)]
    [InlineData("bind/rndc.key", false)]
    [InlineData("krb5.keytab", false)]
    [InlineData("netplan", true)]
    [InlineData("letsencrypt", true)]
    [InlineData("kubernetes", true)]
    public void SecretsAndTheHostsOwnStay(string path, bool directory) => Assert.Equal(EtcRule.LeaveOut, EtcRules.Of(path, directory));

    [Theory]
    [InlineData("systemd/system")]
    [InlineData("rc2.d")]
    [InlineData("sysctl.d")]
    public void WhatStartsTheHostsServicesIsEmptied(string path) => Assert.Equal(EtcRule.Empty, EtcRules.Of(path, true));

    [Theory]
    [InlineData("ssl/certs/ca-certificates.crt", false)]
    [InlineData("ssl/openssl.cnf", false)]
    [InlineData("apt/keyrings/docker.key", false)]
    [InlineData("systemd/journald.conf", false)]
    [InlineData("alternatives", true)]
    [InlineData("ld.so.cache", false)]
    [InlineData("pam.d", true)]
    [InlineData("default/passwd", false)]
    public void OrdinaryFilesAreCopied(string path, bool directory) => Assert.Equal(EtcRule.Copy, EtcRules.Of(path, directory));
}
