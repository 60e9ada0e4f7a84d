namespace LxcPS.Host.Editing;

/// <summary>One key, or a paste as a whole.</summary>
internal readonly record struct Key(KeyKind Kind, string Text = "");
