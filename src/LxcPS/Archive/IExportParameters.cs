using System.Management.Automation;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>The parameters of the cmdlets that export.</summary>
internal interface IExportParameters
{
    /// <summary>What is written, or a directory that is there.</summary>
    string Path { get; }

    /// <summary>As what.</summary>
    ExportFormat Format { get; }

    /// <summary>Whether what is there is replaced.</summary>
    SwitchParameter Force { get; }

    /// <summary>Whether what was written is emitted.</summary>
    SwitchParameter PassThru { get; }
}
