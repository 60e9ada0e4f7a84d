using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;

namespace LxcPS.Host;

/// <summary>
/// The engine keeps for its own assemblies what its utility commands are made of (provider contexts, the formatter). This is the one
/// door to it: by name, cached, and with the engine's own exceptions let through as they are.
/// </summary>
internal static class Internals
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const BindingFlags Any = Own | BindingFlags.Static;

    private static readonly ConcurrentDictionary<(Type Type, string Name, int Count, Type? Last), MethodBase> Methods = new();

    public static Type Type(string name) => typeof(PSObject).Assembly.GetType(name, throwOnError: true)!;

    public static object Create(string type, params object?[] arguments) =>
        Activator.CreateInstance(Type(type), Own | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    public static object? Call(object target, string name, params object?[] arguments) =>
        Find(target.GetType(), name, arguments).Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public static object? CallStatic(string type, string name, params object?[] arguments) =>
        Find(Type(type), name, arguments).Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public static object? CallGeneric(object target, string name, Type argument, params object?[] arguments) =>
        ((MethodInfo)Find(target.GetType(), name, arguments)).MakeGenericMethod(argument)
            .Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public static object? Get(object target, string name) => Member(target, name) switch
    {
        PropertyInfo property => property.GetValue(target, BindingFlags.DoNotWrapExceptions, null, null, null),
        FieldInfo field => field.GetValue(target),
        _ => throw new MissingMemberException(target.GetType().FullName, name),
    };

    public static void Set(object target, string name, object? value)
    {
        switch (Member(target, name))
        {
            case PropertyInfo property: property.SetValue(target, value, BindingFlags.DoNotWrapExceptions, null, null, null); break;
            case FieldInfo field: field.SetValue(target, value); break;
            default: throw new MissingMemberException(target.GetType().FullName, name);
        }
    }

    private static MemberInfo? Member(object target, string name)
    {
        for (var type = target.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, Any | BindingFlags.DeclaredOnly) is { } property)
            {
                return property;
            }

            if (type.GetField(name, Any | BindingFlags.DeclaredOnly) is { } field)
            {
                return field;
            }
        }

        return null;
    }

    // The type of the last argument tells overloads of the same length apart: a provider context or not.
    private static MethodBase Find(Type type, string name, object?[] arguments) =>
        Methods.GetOrAdd((type, name, arguments.Length, arguments.LastOrDefault()?.GetType()), static (key, given) =>
        {
            for (var one = key.Type; one is not null; one = one.BaseType)
            {
                foreach (var method in one.GetMethods(Any | BindingFlags.DeclaredOnly))
                {
                    if (method.Name == key.Name && Fits(method.GetParameters(), given))
                    {
                        return method;
                    }
                }
            }

            throw new MissingMethodException(key.Type.FullName, key.Name);
        }, arguments);

    private static bool Fits(ParameterInfo[] parameters, object?[] arguments) =>
        parameters.Length == arguments.Length
        && parameters.Zip(arguments).All(pair => pair.Second is null
            ? !pair.First.ParameterType.IsValueType
            : pair.First.ParameterType.IsInstanceOfType(pair.Second) || pair.First.ParameterType.IsByRef);
}
