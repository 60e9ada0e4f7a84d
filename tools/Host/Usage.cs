namespace LxcPS.Host;

internal static class Usage
{
    public const string Text = """

        Usage: pwsh [-File] <path> [argument...]
               pwsh [-NoExit] -Command { - | <text> [argument...] }
               pwsh [-NoExit] -EncodedCommand <base64 of UTF-16>
               pwsh                       (a prompt)

          -NoProfile          no profile scripts
          -NonInteractive     whatever would ask, fails
          -NoLogo             no greeting
          -NoExit             stay at the prompt afterwards
          -WorkingDirectory   start there
          -ExecutionPolicy, -InputFormat, -OutputFormat   taken and not needed
          -Version, -Help

        This is the small host of the LxcPS repository, for machines without PowerShell.
        """;
}
