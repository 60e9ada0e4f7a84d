namespace LxcPS.Host.Editing;

/// <summary>What a key means to a line editor.</summary>
internal enum KeyKind
{
    Text, Paste, Enter, NewLine, Tab, BackTab, Backspace, Delete, Left, Right, WordLeft, WordRight, Home, End, Up, Down,
    KillToEnd, KillToStart, KillWord, Escape, Interrupt, EndOfInput, ClearScreen, Unknown,
}
