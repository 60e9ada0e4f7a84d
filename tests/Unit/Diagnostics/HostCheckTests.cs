using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class HostCheckTests
{
    [Fact]
    public void EveryCheckSaysWhatItIsForAndWhatToDo()
    {
        HashSet<string> names = [];
        HashSet<CapabilityCategory> categories = [];
        foreach (HostCapability capability in HostCheck.Run("/var/lib/lxc", null))
        {
            Assert.True(names.Add(capability.Name), capability.Name);
            categories.Add(capability.Category);
            Assert.NotEmpty(capability.Purpose);
            Assert.NotEmpty(capability.Detail);
            Assert.Equal(capability.IsAvailable, capability.Advice.Length == 0);
            Assert.DoesNotMatch("[.]$", capability.Purpose);
        }

        Assert.Equal(Enum.GetValues<CapabilityCategory>().Length, categories.Count);
    }

    [Fact]
    public void AMissingMonitorIsNamed()
    {
        HostCapability monitor = Find(HostCheck.Run("/var/lib/lxc", "/nowhere/lxcps-monitor"), "Monitor");
        Assert.False(monitor.IsAvailable);
        Assert.True(monitor.IsRequired);
        Assert.Contains("/nowhere/lxcps-monitor", monitor.Detail);
    }

    [Fact]
    public void ThisKernelHasWhatTheTestsRunOn()
    {
        IReadOnlyList<HostCapability> all = HostCheck.Run("/var/lib/lxc", null);
        Assert.True(Find(all, "clone3").IsAvailable);
        Assert.True(Find(all, "Mount namespaces").IsAvailable);
    }

    private static HostCapability Find(IReadOnlyList<HostCapability> all, string name)
    {
        foreach (HostCapability capability in all)
        {
            if (capability.Name == name)
            {
                return capability;
            }
        }

        throw new InvalidOperationException(name);
    }
}
