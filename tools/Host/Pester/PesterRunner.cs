using System.Management.Automation.Runspaces;
using LxcPS.Host.Pester.Commands;

namespace LxcPS.Host.Pester;

/// <summary>
/// Runs Pester 5 test files where the Pester module is not to be had: the part of its language that this project's tests use,
/// with the same phases, scopes and results.
/// </summary>
public static class PesterRunner
{
    private static readonly (string Name, Type Cmdlet)[] Commands =
    [
        ("Invoke-Pester", typeof(InvokePesterCommand)),
        ("New-PesterConfiguration", typeof(NewPesterConfigurationCommand)),
        ("New-PesterContainer", typeof(NewPesterContainerCommand)),
        ("Set-ItResult", typeof(SetItResultCommand)),
        ("Add-PesterDescribe", typeof(DescribeCommand)),
        ("Add-PesterContext", typeof(ContextCommand)),
        ("Add-PesterIt", typeof(ItCommand)),
        ("Add-PesterBeforeAll", typeof(BeforeAllCommand)),
        ("Add-PesterBeforeEach", typeof(BeforeEachCommand)),
        ("Add-PesterAfterEach", typeof(AfterEachCommand)),
        ("Add-PesterAfterAll", typeof(AfterAllCommand)),
        ("Invoke-PesterBeforeDiscovery", typeof(BeforeDiscoveryCommand)),
        ("Invoke-PesterInModuleScope", typeof(InModuleScopeCommand)),
        ("Assert-PesterShould", typeof(ShouldCommand)),
        ("Test-PesterUnsupported", typeof(UnsupportedCommand)),
    ];

    // Cmdlet names need a verb and a noun, so the one-word names are aliases.
    private static readonly (string Name, string Target)[] Aliases =
    [
        ("Describe", "Add-PesterDescribe"),
        ("Context", "Add-PesterContext"),
        ("It", "Add-PesterIt"),
        ("BeforeAll", "Add-PesterBeforeAll"),
        ("BeforeEach", "Add-PesterBeforeEach"),
        ("AfterEach", "Add-PesterAfterEach"),
        ("AfterAll", "Add-PesterAfterAll"),
        ("BeforeDiscovery", "Invoke-PesterBeforeDiscovery"),
        ("InModuleScope", "Invoke-PesterInModuleScope"),
        ("Should", "Assert-PesterShould"),
        ("Mock", "Test-PesterUnsupported"),
        ("Add-ShouldOperator", "Test-PesterUnsupported"),
        ("New-MockObject", "Test-PesterUnsupported"),
    ];

    /// <summary>Adds the commands to what a runspace starts with.</summary>
    public static void Register(InitialSessionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Commands.Add(Commands.Select(command => new SessionStateCmdletEntry(command.Name, command.Cmdlet, null)));
        state.Commands.Add(Aliases.Select(alias => new SessionStateAliasEntry(alias.Name, alias.Target)));
    }
}
