namespace LxcPS.Engine.KernelLog;

/// <summary>What kind of program a message is of, see syslog(3).</summary>
public enum KernelLogFacility
{
    /// <summary>The kernel.</summary>
    Kernel,

    /// <summary>Programs in general; what a message without a facility has.</summary>
    User,

    /// <summary>Mail.</summary>
    Mail,

    /// <summary>Services.</summary>
    Daemon,

    /// <summary>Logins and rights.</summary>
    Auth,

    /// <summary>The system log itself.</summary>
    Syslog,

    /// <summary>Printers.</summary>
    Printer,

    /// <summary>News.</summary>
    News,

    /// <summary>UUCP.</summary>
    Uucp,

    /// <summary>Timed jobs.</summary>
    Cron,

    /// <summary>Logins and rights, for few eyes.</summary>
    AuthPrivate,

    /// <summary>FTP.</summary>
    Ftp,

    /// <summary>NTP.</summary>
    Ntp,

    /// <summary>Audit.</summary>
    Audit,

    /// <summary>Alerts.</summary>
    LogAlert,

    /// <summary>Timed jobs, on other systems.</summary>
    Clock,

    /// <summary>For local use.</summary>
    Local0,

    /// <summary>For local use.</summary>
    Local1,

    /// <summary>For local use.</summary>
    Local2,

    /// <summary>For local use.</summary>
    Local3,

    /// <summary>For local use.</summary>
    Local4,

    /// <summary>For local use.</summary>
    Local5,

    /// <summary>For local use.</summary>
    Local6,

    /// <summary>For local use.</summary>
    Local7,
}
