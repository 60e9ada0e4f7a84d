using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class UserNamespaceFactTests
{
    [Theory]
    [InlineData(null, null, "15000\n", true, "no sysctl")]
    [InlineData("1\n", "0\n", "15000\n", true, "no sysctl")]
    [InlineData("0\n", null, "15000\n", false, "unprivileged_userns_clone")]
    [InlineData(null, "1\n", "15000\n", false, "apparmor_restrict")]
    [InlineData(null, null, "0\n", false, "max_user_namespaces")]
    [InlineData(null, null, null, false, "no user namespaces")]
    public void WhatForbidsIsNamed(string? clone, string? appArmor, string? maximum, bool allowed, string detail)
    {
        UserNamespaceFact fact = UserNamespaceFact.Of(clone, appArmor, maximum);
        Assert.Equal(allowed, fact.IsAllowed);
        Assert.Contains(detail, fact.Detail);
        Assert.Equal(allowed, fact.Advice.Length == 0);
    }
}
