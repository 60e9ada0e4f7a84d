using System.Management.Automation.Host;
using System.Text;

namespace LxcPS.Host.Screen;

/// <summary>The screen as a grid of cells, as far as a terminal can be asked about it.</summary>
internal sealed class RawUi : PSHostRawUserInterface
{
    private Size? _size;

    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);
    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);
    public override int CursorSize { get; set; } = 100;
    public override Coordinates WindowPosition { get; set; }

    public override Size BufferSize
    {
        get => _size ?? MaxPhysicalWindowSize;
        set => _size = value;
    }

    public override Size WindowSize
    {
        get => BufferSize;
        set => BufferSize = value;
    }

    public override Size MaxPhysicalWindowSize => new(TerminalSize.Width, TerminalSize.Height);
    public override Size MaxWindowSize => MaxPhysicalWindowSize;

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected || Console.IsInputRedirected ? default : new Coordinates(Console.CursorLeft, Console.CursorTop);
        set
        {
            if (!Console.IsOutputRedirected)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override string WindowTitle
    {
        get;
        set
        {
            field = value;
            if (!Console.IsOutputRedirected)
            {
                Console.Write($"\e]0;{value}\a");
            }
        }
    } = "";

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        ControlKeyStates states = 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0;
        return new KeyInfo((int)key.Key, key.KeyChar, states, keyDown: !options.HasFlag(ReadKeyOptions.IncludeKeyUp));
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    // Clear-Host asks for the whole screen to be filled; no terminal can fill a part of it or read it back.
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (!Console.IsOutputRedirected)
        {
            Console.Write("\e[H\e[2J\e[3J");
        }
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw new NotSupportedException();

    public override int LengthInBufferCells(char source) => CellWidth.Of(new Rune(char.IsSurrogate(source) ? '?' : source));

    public override int LengthInBufferCells(string source) => CellWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => CellWidth.Of(source.AsSpan(offset));
}
