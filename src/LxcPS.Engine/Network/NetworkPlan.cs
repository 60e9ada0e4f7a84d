using System.Globalization;

namespace LxcPS.Engine.Network;

/// <summary>The network of a container as its configuration has it: what <see cref="Network.HostNetwork"/> and <see cref="ContainerNetwork"/> make.</summary>
public sealed class NetworkPlan
{
    private const string Prefix = "lxc.net.";
    private readonly List<NetworkDevice> devices = [];

    /// <summary>The devices by index.</summary>
    public IReadOnlyList<NetworkDevice> Devices => devices;

    /// <summary>
    /// Whether the container has the host's network. It has when devices are configured and all are of type <c>none</c>; without any
    /// <c>lxc.net</c> it has an empty network of its own, as in LXC.
    /// </summary>
    public bool HostNetwork
    {
        get
        {
            foreach (NetworkDevice device in devices)
            {
                if (device.Type != NetworkType.None)
                {
                    return false;
                }
            }

            return devices.Count > 0;
        }
    }

    /// <summary>Reads the keys <c>lxc.net.N.*</c>, in the order of the configuration; other keys are ignored.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue, ConfigUnsupported or ConfigUnknownKey, with the key.</exception>
    public static NetworkPlan Parse(IEnumerable<KeyValuePair<string, string>> entries)
    {
        NetworkPlan plan = new();
        foreach ((string key, string value) in entries)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
            {
                plan.Take(key, value.Trim());
            }
            else if (key == "lxc.net")
            {
                plan.devices.Clear();
            }
        }

        plan.devices.Sort((a, b) => a.Index.CompareTo(b.Index));
        plan.Complete();
        return plan;
    }

    private void Take(string key, string value)
    {
        int dot = key.IndexOf('.', Prefix.Length);
        string number = dot < 0 ? key[Prefix.Length..] : key[Prefix.Length..dot];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || (dot < 0 && value.Length > 0))
        {
            throw new LxcException(LxcErrorId.ConfigUnknownKey, $"There is no key '{key}'")
            {
                ConfigKey = key,
                Advice = "Write lxc.net.N.setting, where N is the number of the device.",
            };
        }

        int place = devices.FindIndex(device => device.Index == index);
        if (dot < 0)
        {
            // The bare number with no value takes back all settings of the device.
            if (place >= 0)
            {
                devices.RemoveAt(place);
            }

            return;
        }

        if (place < 0)
        {
            place = devices.Count;
            devices.Add(new NetworkDevice(index));
        }

        devices[place].Take(key[(dot + 1)..], value);
    }

    private void Complete()
    {
        foreach (NetworkDevice device in devices)
        {
            device.Check();
        }

        foreach (NetworkDevice device in devices)
        {
            if (!device.IsInterface)
            {
                continue;
            }

            if (device.Name is null)
            {
                // An interface of the host's keeps its name.
                device.Name = device.Type == NetworkType.Phys ? device.Link : FreeName();
            }
            else if (devices.Exists(other => other != device && other.IsInterface && other.Name == device.Name))
            {
                throw new LxcException(LxcErrorId.ConfigInvalidValue, $"Two network devices have the name '{device.Name}'")
                {
                    ConfigKey = device.KeyOf("name"),
                    Advice = "Give each device of a container a name of its own.",
                };
            }
        }
    }

    // The kernel would number them the same way; chosen here, the name is known to both sides.
    private string FreeName()
    {
        for (int number = 0; ; number++)
        {
            string name = $"eth{number}";
            if (!devices.Exists(device => device.Name == name))
            {
                return name;
            }
        }
    }
}
