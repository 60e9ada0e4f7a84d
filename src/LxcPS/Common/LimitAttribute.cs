using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>Takes a number, or <c>'max'</c> for no limit, as control group files have it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LimitAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string text && text.Trim().ToLowerInvariant() is "max" or "unlimited" ? -1L : inputData;
    }
}
