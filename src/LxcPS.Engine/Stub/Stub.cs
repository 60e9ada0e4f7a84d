#pragma warning disable CS1591, CA1822, IDE0060
namespace LxcPS.Engine.Cgroups {
public sealed class CgroupHierarchy { public int Version=>1; public IReadOnlyList<string> Controllers=>[]; public string MountPoint=>""; public string OwnPath=>""; public string PathOf(string c)=>c; }
public sealed class CgroupLayout { public static CgroupLayout Read()=>new(); public IReadOnlyList<CgroupHierarchy> Hierarchies=>[]; public bool IsUnified=>false; public CgroupHierarchy? Unified=>null; public CgroupHierarchy? Find(string c)=>null; }
public sealed class CgroupPlan { public static CgroupPlan Parse(string n, Configuration.ContainerConfig c)=>new(); }
public static class CgroupLeftovers { public static bool Clear(string d)=>true; }
public sealed class ContainerCgroups { public static ContainerCgroups Create(CgroupLayout l, CgroupPlan p)=>new(); public string? PayloadPath(string c)=>null; public IReadOnlyList<string> Directories=>[]; public int OpenUnified()=>-1; public void EnterMonitor(int p){} public void EnterPayload(int p,bool skipUnified){} public void ApplyLimits(IEnumerable<(string,string)> s){} public void Freeze(){} public void Thaw(){} public void Remove(){} public void Delegate(uint u,uint g){} }
}
namespace LxcPS.Engine.Cgroups {
public sealed class CgroupLimits { public long? Memory{get;set;} public double? Cpu{get;set;} public long? Pids{get;set;} public IReadOnlyList<(string Key,string Value)> ToSettings(CgroupLayout l)=>[]; }
public sealed class CgroupUsage { public long? Memory=>null; public TimeSpan? CpuTime=>null; public long? Pids=>null; }
public sealed class ContainerCgroupFiles { public static ContainerCgroupFiles? Of(string a,string b)=>null; public CgroupUsage ReadUsage()=>new(); }
}
