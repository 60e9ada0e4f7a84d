using System.Text;
using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class HostSecretsTests
{
    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE\n")]
    [InlineData("# comment\n-----BEGIN RSA PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n")]
    [InlineData("deb https://user:s3cret@apt.example.org stable main")]
    [InlineData("//registry.example.org/:_authToken=abc")]
    [InlineData("[global]\nindex-url = https://ci:tok-en_1@pypi.example.org/simple\n")]
    public void SecretsAreFound(string text) => Assert.True(HostSecrets.HasSecret(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n")]
    [InlineData("the line -----BEGIN followed by no PRIVATE KEY")]
    [InlineData("deb https://deb.debian.org/debian bookworm main")]
    [InlineData("http_proxy=http://proxy.example.org:3128/")]
    [InlineData("Acquire::http::Proxy \"http://[[user][:pass]@]host[:port]/\";")]
    [InlineData("mail to someone@example.org, see http://example.org:8080")]
    public void OrdinaryTextIsNone(string text) => Assert.False(HostSecrets.HasSecret(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("server.key", true)]
    [InlineData("SERVER.KEY", true)]
    [InlineData("id_ed25519", true)]
    [InlineData(".netrc", true)]
    [InlineData("keyboard", false)]
    [InlineData("monkey", false)]
    public void NamesSpeak(string name, bool secret) => Assert.Equal(secret, HostSecrets.IsSecretName(name));
}
