#pragma warning disable CS1591, CA1822, IDE0060
namespace LxcPS.Engine.Configuration {
public sealed record ConfigEntry(string Key, string Value, string File, int Line);
public readonly record struct IdMapEntry(bool IsUser, bool IsGroup, uint ContainerId, uint HostId, uint Count){ public static IdMapEntry Parse(string s){ var f=s.Split(' ', StringSplitOptions.RemoveEmptyEntries); return new(f[0]!="g",f[0]!="u",uint.Parse(f[1]),uint.Parse(f[2]),uint.Parse(f[3])); } }
public static class Signals { public static int Parse(string s)=> s=="SIGRTMIN+3"?37:s=="SIGPWR"?30:int.Parse(s);} public static class Sizes { public static long Parse(string s)=>long.Parse(s);} 
public sealed class ContainerConfig { public List<ConfigEntry> Entries {get;} = []; public string Path {get;set;}="";
 public static ContainerConfig Load(string p){ var c=new ContainerConfig{Path=p}; int n=0; foreach(var l in File.ReadAllLines(p)){ n++; int e=l.IndexOf('='); if(l.StartsWith('#')||e<0) continue; c.Entries.Add(new(l[..e].Trim(),l[(e+1)..].Trim(),p,n)); } return c; }
 public string? Get(string k){ string? v=null; foreach(var e in Entries) if(e.Key==k) v=e.Value; return v; }
 public IReadOnlyList<string> GetAll(string k){ var l=new List<string>(); foreach(var e in Entries) if(e.Key==k) l.Add(e.Value); return l; }
 public IEnumerable<ConfigEntry> WithPrefix(string p){ foreach(var e in Entries) if(e.Key.StartsWith(p)) yield return e; }
 public void Set(string k,string v){ Entries.Add(new(k,v,"",0)); } }
}
namespace LxcPS.Engine.Cgroups {
public sealed class CgroupHierarchy { public int Version=>1; public IReadOnlyList<string> Controllers=>[]; public string MountPoint=>""; public string OwnPath=>""; public string PathOf(string c)=>c; }
public sealed class CgroupLayout { public static CgroupLayout Read()=>new(); public IReadOnlyList<CgroupHierarchy> Hierarchies=>[]; public bool IsUnified=>false; public CgroupHierarchy? Unified=>null; public CgroupHierarchy? Find(string c)=>null; }
public sealed class CgroupPlan { public static CgroupPlan Parse(string n, Configuration.ContainerConfig c)=>new(); }
public static class CgroupLeftovers { public static bool Clear(string d)=>true; }
public sealed class ContainerCgroups { public static ContainerCgroups Create(CgroupLayout l, CgroupPlan p)=>new(); public string? PayloadPath(string c)=>null; public IReadOnlyList<string> Directories=>[]; public int OpenUnified()=>-1; public void EnterMonitor(int p){} public void EnterPayload(int p,bool skipUnified){} public void ApplyLimits(IEnumerable<(string,string)> s){} public void Freeze(){} public void Thaw(){} public void Remove(){} public void Delegate(uint u,uint g){} }
}
namespace LxcPS.Engine.Network {
public sealed class NetworkPlan { public static NetworkPlan Parse(IEnumerable<KeyValuePair<string,string>> e)=>new(); public bool HostNetwork=>false; }
public static class HostNetwork { public static IReadOnlyList<string> Create(NetworkPlan p,int pid)=>[]; public static void Remove(string n){} public static bool Exists(string n)=>false; }
public static class ContainerNetwork { public static void Configure(NetworkPlan p){} }
}
namespace LxcPS.Engine.Seccomp { public static class SeccompCache { public static byte[] Load(string p)=>[]; } public static class SeccompFilter { public static void Install(ReadOnlySpan<byte> p){} } }
