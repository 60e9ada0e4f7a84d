namespace LxcPS.Engine.Copying;

/// <summary>What an export is written as.</summary>
public enum ExportFormat
{
    /// <summary>LXC's kind: a tar archive with the configuration or the metadata beside the root file system.</summary>
    Lxc,

    /// <summary>An OCI image with one layer: the layout as a directory, or as a tar archive (OCI image specification, "Image layout").</summary>
    Oci,
}
