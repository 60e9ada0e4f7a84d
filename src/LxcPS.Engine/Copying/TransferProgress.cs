namespace LxcPS.Engine.Copying;

/// <summary>How far the reading or writing of a container's files is.</summary>
/// <param name="Activity">What is being done.</param>
/// <param name="Bytes">Bytes so far.</param>
/// <param name="BytesPerSecond">Bytes a second since the beginning.</param>
/// <param name="Percent">How much of it that is, or -1 where that is not known.</param>
public readonly record struct TransferProgress(string Activity, long Bytes, double BytesPerSecond, int Percent);
