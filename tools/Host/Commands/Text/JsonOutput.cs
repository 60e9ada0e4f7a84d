using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using Newtonsoft.Json;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes any object as JSON, as deep as asked and as text beyond that.</summary>
internal sealed class JsonOutput(int maxDepth, bool enumsAsText, JsonTextWriter writer)
{
    /// <summary>Something lay deeper than that and was written as text.</summary>
    public bool IsTruncated { get; private set; }

    public void Write(object? value, int depth = 0)
    {
        var wrapped = value as PSObject;
        var plain = wrapped is null ? value : wrapped.BaseObject;
        if (plain is null || plain == DBNull.Value || ReferenceEquals(value, System.Management.Automation.Internal.AutomationNull.Value))
        {
            writer.WriteNull();
        }
        else if (!WriteSimple(plain))
        {
            if (depth > maxDepth)
            {
                IsTruncated |= maxDepth > 0 || depth > 0;
                writer.WriteValue(LanguagePrimitives.ConvertTo<string>(value));
            }
            else
            {
                WriteCompound(plain, wrapped, depth);
            }
        }
    }

    private bool WriteSimple(object plain)
    {
        switch (plain)
        {
            case string or char or bool or DateTime or DateTimeOffset or Guid or Uri: writer.WriteValue(plain); return true;
            case BigInteger big: writer.WriteRawValue(big.ToString(CultureInfo.InvariantCulture)); return true;
            case Enum when enumsAsText: writer.WriteValue(plain.ToString()); return true;
            case Enum: writer.WriteValue(Convert.ChangeType(plain, Enum.GetUnderlyingType(plain.GetType()),
                CultureInfo.InvariantCulture)); return true;
            case Type or Assembly or MemberInfo or Version: return false;
            default:
                if (!plain.GetType().IsPrimitive && plain is not decimal)
                {
                    return false;
                }

                writer.WriteValue(plain);
                return true;
        }
    }

    private void WriteCompound(object plain, PSObject? wrapped, int depth)
    {
        if (plain is IDictionary table)
        {
            writer.WriteStartObject();
            foreach (DictionaryEntry entry in table)
            {
                WriteProperty(LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value, depth);
            }

            WriteExtended(wrapped, depth, table.Keys.Cast<object>().Select(key => key.ToString()!));
            writer.WriteEndObject();
        }
        else if (plain is IEnumerable items)
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                Write(item, depth + 1);
            }

            writer.WriteEndArray();
        }
        else
        {
            WriteObject(plain, wrapped, depth);
        }
    }

    private void WriteObject(object plain, PSObject? wrapped, int depth)
    {
        writer.WriteStartObject();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (plain is not PSCustomObject)
        {
            var type = plain.GetType();
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(one => one.CanRead && one.GetIndexParameters().Length == 0 && !one.IsDefined(typeof(JsonIgnoreAttribute))
                    && names.Add(one.Name)))
            {
                WriteProperty(property.Name, Read(() => property.GetValue(plain)), depth);
            }

            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance).Where(one => names.Add(one.Name)))
            {
                WriteProperty(field.Name, Read(() => field.GetValue(plain)), depth);
            }
        }

        WriteExtended(wrapped, depth, names);
        writer.WriteEndObject();
    }

    // What was added to the object, or all that a custom object has.
    private void WriteExtended(PSObject? wrapped, int depth, IEnumerable<string> known)
    {
        var names = new HashSet<string>(known, StringComparer.OrdinalIgnoreCase);
        foreach (var property in (wrapped?.Properties ?? Enumerable.Empty<PSPropertyInfo>())
            .Where(one => one.MemberType is PSMemberTypes.NoteProperty or PSMemberTypes.ScriptProperty or PSMemberTypes.AliasProperty
                or PSMemberTypes.CodeProperty
                && names.Add(one.Name)))
        {
            WriteProperty(property.Name, Read(() => property.Value), depth);
        }
    }

    private void WriteProperty(string name, object? value, int depth)
    {
        writer.WritePropertyName(name);
        Write(value, depth + 1);
    }

    // A property that throws has no value.
    private static object? Read(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }
}
