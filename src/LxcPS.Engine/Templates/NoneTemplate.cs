namespace LxcPS.Engine.Templates;

/// <summary>Makes no root file system: the settings that the user gives name one, or the container runs in the host's.</summary>
public sealed class NoneTemplate : RootfsTemplate
{
    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.None;

    private protected override TemplateResult Make(TemplateContext context) => new([], []);
}
