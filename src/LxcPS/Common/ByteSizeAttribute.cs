using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>
/// Takes a number of bytes, or text with a unit as configuration files and other tools write it (<c>'512M'</c>, <c>'2GiB'</c>).
/// <c>'max'</c> and <c>-1</c> mean no limit.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text)
        {
            return value;
        }

        if (text.Trim().ToLowerInvariant() is "max" or "unlimited" or "-1")
        {
            return -1L;
        }

        try
        {
            return Sizes.Parse(text.Trim());
        }
        catch (LxcException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
