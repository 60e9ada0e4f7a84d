using LxcPS.Engine.Images;
using Xunit;

namespace LxcPS.Tests.Images;

public sealed class TemplateTextTests
{
    private static readonly Dictionary<string, string> Properties = new() { ["default"] = "#cloud-config\n{}" };

    [Theory]
    [InlineData("plain { text }\n", "plain { text }\n")]
    [InlineData("a {{ container.name }} b {{instance.name}}", "a {{ container.name }} b {{ container.name }}")]
    [InlineData("{{ config_get(\"user.meta-data\", \"\") }}|{{ config_get('a', properties.default) }}|{{ properties.none }}", "|#cloud-config\n{}|")]
    [InlineData("x  \n{{- 'y' -}}\n  z", "xyz")]
    [InlineData("a{# no more #}b", "ab")]
    [InlineData("name: {% if instance.type == \"virtual-machine\" %}enp5s0{% else %}eth0{% endif %}\n", "name: eth0\n")]
    [InlineData("{% if instance.type != \"container\" %}no{% endif %}yes", "yes")]
    [InlineData("{% if config_get(\"a\", \"\") %}set{% else %}unset{% endif %}", "unset")]
    [InlineData("{%- if config_get(\"c.user-data\", properties.default) == properties.default -%}\n{{ config_get(\"user.user-data\", properties.default) }}\n{%- else -%}\n{{- config_get(\"c.user-data\", properties.default) }}\n{%- endif %}\n", "#cloud-config\n{}\n")]
    [InlineData("{%- if config_get(\"a\", \"\") == \"\" -%}\n{%- if config_get(\"b\", \"\") == \"\" -%}\nversion: 1\n{%- else -%}\n{{- config_get(\"b\", \"\") -}}\n{%- endif -%}\n{%- else -%}\nno\n{%- endif %}\n", "version: 1\n")]
    public void WhatImagesUseIsUnderstood(string template, string text) => Assert.Equal(text, TemplateText.Render(template, Properties));

    [Theory]
    [InlineData("{% for x in devices %}x{% endfor %}", "for x in devices")]
    [InlineData("{{ container.name|upper }}", "container.name|upper")]
    [InlineData("{{ devices.eth0 }}", "devices.eth0")]
    [InlineData("{{ config_get('a') }}", "config_get('a')")]
    [InlineData("{{ 'a\\n' }}", "'a\\n'")]
    [InlineData("{% if container.name == 'a' %}b{% endif %}", "container.name == 'a'")]
    [InlineData("{% if 'a' == 'b' and 'c' == 'c' %}b{% endif %}", "'a' == 'b' and 'c' == 'c'")]
    [InlineData("{% if 'a' %}b", "an if without its end")]
    [InlineData("{% else %}", "else")]
    [InlineData("{% endif %}", "endif")]
    [InlineData("a {{ container.name", "{{ container.name")]
    [InlineData("a {{", "{{")]
    [InlineData("{{ 'a }}", "'a")]
    [InlineData("{{}}", "")]
    [InlineData("{{-}}", "")]
    [InlineData("{%-%}", "")]
    public void WhatIsNotUnderstoodIsNamed(string template, string what) =>
        Assert.Equal(what, Assert.Throws<FormatException>(() => TemplateText.Render(template, Properties)).Message.Trim());
}
