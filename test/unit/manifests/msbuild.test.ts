import { describe, expect, it } from 'vitest';
import { localPackageSources, readSolution } from '../../../src/manifests/dotnet-solution.ts';
import { readMsbuildProject } from '../../../src/manifests/msbuild.ts';
import { memoryProject } from '../../../src/project/memory.ts';

const read = (files: Record<string, string>, path = 'src/App/App.csproj', globals: Record<string, string> = {}): ReturnType<typeof readMsbuildProject> => readMsbuildProject(memoryProject(files), path, globals);

describe('readMsbuildProject', () => {
  it('names the assembly after the file, the property, or not at all', async () => {
    expect((await read({ 'src/App/App.csproj': '<Project Sdk="Microsoft.NET.Sdk" />' }))?.assemblyName).toBe('App');
    expect((await read({ 'src/App/App.csproj': '<Project><PropertyGroup><AssemblyName>Company.$(MSBuildProjectName)</AssemblyName></PropertyGroup></Project>' }))?.assemblyName).toBe('Company.App');
    expect((await read({ 'src/App/App.csproj': '<Project><PropertyGroup Condition="\'$(OS)\' == \'Unix\'"><AssemblyName>other</AssemblyName></PropertyGroup></Project>' }))?.assemblyName).toBeUndefined();
    expect((await read({ 'src/App/App.csproj': '<Project><PropertyGroup><AssemblyName>$([System.Guid]::NewGuid())</AssemblyName></PropertyGroup></Project>' }))?.assemblyName).toBeUndefined();
  });

  it('reads what lies above, the nearest only', async () => {
    const project = await read({
      'Directory.Build.props': '<Project><PropertyGroup><Prefix>Far</Prefix></PropertyGroup></Project>',
      'src/Directory.Build.props': '<Project><Import Project="../common.props" /><PropertyGroup><AssemblyName>$(Prefix).Web</AssemblyName></PropertyGroup></Project>',
      'common.props': '<Project><PropertyGroup><Prefix>Near</Prefix></PropertyGroup></Project>',
      'src/App/App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web/8.0" />',
    });
    expect(project).toMatchObject({ sdk: 'Microsoft.NET.Sdk.Web', assemblyName: 'Near.Web', executable: true, unsure: undefined });
    expect(project?.files).toEqual(['src/App/App.csproj', 'src/Directory.Build.props', 'common.props']);
  });

  it('collects references, packages and copied files', async () => {
    const project = await read({
      'src/App/App.csproj': `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup><ItemGroup>
        <ProjectReference Include="..\\Core\\Core.csproj" /><PackageReference Include="Dapper"><Version>2.1.0</Version></PackageReference>
        <FrameworkReference Include="Microsoft.AspNetCore.App" /><None Update="data\\*.csv" CopyToOutputDirectory="PreserveNewest" /><None Update="x.txt"><CopyToOutputDirectory>Never</CopyToOutputDirectory></None>
      </ItemGroup></Project>`,
    });
    expect(project).toMatchObject({ executable: true, projectReferences: ['src/Core/Core.csproj'], packages: [{ name: 'Dapper', version: '2.1.0' }], frameworkReferences: ['Microsoft.AspNetCore.App'], copied: ['data/*.csv'] });
  });

  it('follows conditions that it knows', async () => {
    const text = '<Project><PropertyGroup><A>1</A><B Condition="\'$(A)\' == \'1\' and \'$(C)\' == \'\'">set</B><D Condition="\'$(A)\' != \'1\'">set</D></PropertyGroup><PropertyGroup Condition="\'$(Configuration)\' == \'Release\'"><E>release</E></PropertyGroup></Project>';
    const project = await read({ 'src/App/App.csproj': text }, undefined, { Configuration: 'Release' });
    expect(['B', 'D', 'E'].map((name) => project?.property(name))).toEqual(['set', undefined, 'release']);
    expect((await read({ 'src/App/App.csproj': text }))?.property('E')).toBeNull();
  });

  it('says when it cannot know all files', async () => {
    for (const part of ['<Import Project="$(Home)/x.props" />', '<PropertyGroup><V>$([System.IO.File]::ReadAllText("VERSION"))</V></PropertyGroup>', '<ItemGroup><ProjectReference Include="../**/*.csproj" /></ItemGroup>']) {
      expect((await read({ 'src/App/App.csproj': `<Project Sdk="Microsoft.NET.Sdk">${part}</Project>` }))?.unsure).toBeDefined();
    }
  });

  it('answers on broken and hostile files', async () => {
    expect(await read({ 'src/App/App.csproj': '<Project><PropertyGroup>' })).toSatisfy((project: unknown) => project === undefined || typeof project === 'object');
    expect(await read({ 'src/App/App.csproj': 'not XML at all' })).toBeUndefined();
    expect(await read({})).toBeUndefined();
    const bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><AssemblyName>&b;</AssemblyName><__proto__>x</__proto__></PropertyGroup></Project>';
    expect((await read({ 'src/App/App.csproj': bomb }))?.assemblyName ?? '').not.toContain('aaaa');
    const loop = { 'src/App/App.csproj': '<Project><Import Project="a.props" /></Project>', 'src/App/a.props': '<Project><Import Project="b.props" /></Project>', 'src/App/b.props': '<Project><Import Project="a.props" /></Project>' };
    expect((await read(loop))?.files).toHaveLength(3);
  });
});

describe('readSolution', () => {
  it('reads both formats', async () => {
    const text = 'Project("{2150E333}") = "src", "src", "{1}"\r\nEndProject\r\nProject("{9A19}") = "Api", "src\\Api\\Api.csproj", "{2}"\r\nEndProject\r\n';
    expect(await readSolution('back/Shop.sln', text)).toEqual(['back/src/Api/Api.csproj']);
    expect(await readSolution('Shop.slnx', '<Solution><Folder Name="/src/"><Project Path="src/Api/Api.csproj" /></Folder><Project Path="Tool.fsproj" /></Solution>')).toEqual(['src/Api/Api.csproj', 'Tool.fsproj']);
    expect(await readSolution('Shop.slnf', '{}')).toBeUndefined();
  });
});

describe('localPackageSources', () => {
  it('finds folders, not servers', async () => {
    const text = '<configuration><packageSources><clear /><add key="a" value="https://api.nuget.org/v3/index.json" /><add key="b" value=".\\packages" /></packageSources></configuration>';
    expect(await localPackageSources('src/nuget.config', text)).toEqual(['src/packages']);
  });
});
