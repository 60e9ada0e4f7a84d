using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Images;

/// <summary>Checks signatures of OpenPGP by gpgv(1), which trusts the keys of one file and no others.</summary>
internal sealed class SignatureCheck
{
    private readonly string keyring;
    private readonly string program;

    /// <exception cref="LxcException">HostUnsupported: there is no gpgv; ImageInvalid: no such keyring.</exception>
    internal SignatureCheck(string keyring)
    {
        program = HostPrograms.Find("gpgv") ?? throw new LxcException(LxcErrorId.HostUnsupported, "Signatures are checked by gpgv, and this host has none in PATH") { Step = "signature", Advice = "Install it: apt-get install gpgv." };
        this.keyring = File.Exists(keyring) ? keyring : throw new LxcException(LxcErrorId.ImageInvalid, $"There is no keyring '{DisplayText.Of(keyring)}'") { Step = "signature", Path = keyring, Advice = "Give the path of a file of public keys, as gpg --export writes it." };
    }

    /// <summary>Checks a file by a signature beside it.</summary>
    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal void Require(Uri address, byte[] content, byte[] signature, CancellationToken cancel) => WithFiles(address, signature, content, (signed, data) => ["gpgv", "--keyring", keyring, signed, data], cancel);

    /// <summary>Checks a text that is inside its signature, and gives it.</summary>
    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal byte[] Open(Uri address, byte[] signed, CancellationToken cancel)
    {
        byte[] text = [];
        WithFiles(address, signed, [], (path, data) => ["gpgv", "--keyring", keyring, "--output", data + ".text", path], cancel, data => text = File.ReadAllBytes(data + ".text"));
        return text;
    }

    private void WithFiles(Uri address, byte[] signed, byte[] data, Func<string, string, string[]> arguments, CancellationToken cancel, Action<string>? use = null)
    {
        string directory = Directory.CreateTempSubdirectory("lxcps-signature-").FullName;
        try
        {
            File.WriteAllBytes(directory + "/signed", signed);
            File.WriteAllBytes(directory + "/data", data);
            ProgramResult result = ChildProgram.Run(program, arguments(directory + "/signed", directory + "/data"), -1, int.MaxValue, cancel, null, ["HOME=" + directory]);
            if (result.Exit.ExitCode != 0)
            {
                throw Invalid(address, $"is not signed by a key of '{DisplayText.Of(keyring)}': {DisplayText.Of(result.Error.Split('\n')[^1])}");
            }

            use?.Invoke(directory + "/data");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    internal static LxcException Invalid(Uri address, string what) => new(LxcErrorId.ImageInvalid, $"'{DisplayText.Of(address.ToString())}' {what}")
    {
        Step = "signature",
        Advice = "See that the keyring has the keys of whoever makes the images; without -Keyring hashes alone are checked.",
    };
}
