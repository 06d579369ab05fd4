import { describe, expect, it } from 'vitest';
import { builderOf, convert, csproj, program, proposal, refusal, runtimeOf } from './convert.ts';

const web = { 'Shop.csproj': csproj(), 'Program.cs': program, 'appsettings.json': '{}', '.dockerignore': 'bin/\nobj/\n' };
const sdk = 'FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\nCOPY . .\n';

describe('a published program', () => {
  it('keeps the published folder where it was, and restores before the sources', async () => {
    expect(await proposal(`${sdk}RUN dotnet publish -c Release -o /app/publish\nWORKDIR /app/publish\nEXPOSE 8080\nENTRYPOINT ["dotnet", "Shop.dll"]\n`, web)).toBe(`FROM mcr.microsoft.com/dotnet/sdk:8.0 AS builder
WORKDIR /src

# Project files first: packages stay cached while only sources change
COPY Shop.csproj ./
RUN dotnet restore
COPY . .
RUN dotnet publish -c Release -o /app/publish --no-restore

FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /app/publish
COPY --from=builder /app/publish .
EXPOSE 8080

USER $APP_UID
ENTRYPOINT ["dotnet", "Shop.dll"]
`);
  });

  it('keeps a start with a path that is relative to the sources, and what is read from there', async () => {
    const text = await proposal(`FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\nRUN dotnet publish -c Release -o out\nCMD ["dotnet", "out/Shop.dll"]\n`, { ...web, 'wwwroot/index.html': '<html>' });
    expect(runtimeOf(text)).toContain('WORKDIR /app\n');
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/wwwroot ./wwwroot\n');
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/appsettings.json ./appsettings.json\n');
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/out ./out\n');
    expect(runtimeOf(text)).toContain('CMD ["dotnet", "out/Shop.dll"]');
  });

  it('takes the default output folder when there is no -o', async () => {
    const text = await proposal(`${sdk}RUN dotnet publish -c Release\nWORKDIR /src/bin/Release/net8.0/publish\nCMD ["dotnet", "Shop.dll"]\n`, web);
    expect(runtimeOf(text)).toContain('COPY --from=builder /src/bin/Release/net8.0/publish .');
  });

  it('takes the output of dotnet build as it is', async () => {
    const text = await proposal(`${sdk}RUN dotnet build -c Debug\nENTRYPOINT ["dotnet", "bin/Debug/net8.0/Shop.dll"]\n`, web);
    expect(builderOf(text)).toContain('RUN dotnet build -c Debug\n');
    expect(runtimeOf(text)).toContain('COPY --from=builder /src/bin/Debug/net8.0 ./bin/Debug/net8.0\n');
    expect(await refusal(`${sdk}RUN dotnet build -c Debug\nENTRYPOINT ["dotnet", "bin/Release/net8.0/Shop.dll"]\n`, web)).toMatch(/^ambiguous-artifact: .*bin\/Release\/net8.0\/Shop.dll/);
  });

  it('leaves a restore that is apart already alone', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY *.csproj ./\nRUN dotnet restore\nCOPY . ./\nRUN dotnet publish -c Release -o out\nWORKDIR /app/out\nENTRYPOINT ["dotnet", "Shop.dll"]\n', web);
    expect(builderOf(text)).toBe('FROM mcr.microsoft.com/dotnet/sdk:8.0 AS builder\nWORKDIR /app\nCOPY *.csproj ./\nRUN dotnet restore\nCOPY . ./\nRUN dotnet publish -c Release -o out\n\n');
  });

  it('does not trust a restore that the context may overwrite, or that a publish needs more of', async () => {
    const publish = `${sdk}RUN dotnet publish -c Release -o /out\nWORKDIR /out\nCMD ["dotnet", "Shop.dll"]\n`;
    const ignored = { ...web, '.dockerignore': 'bin\n' };
    expect(await proposal(publish, ignored)).toContain('RUN dotnet publish -c Release -o /out\n');
    expect(await proposal(publish, { ...web, 'Shop.csproj': csproj(undefined, '<PublishReadyToRun>true</PublishReadyToRun>') })).toContain('RUN dotnet publish -c Release -o /out\n');
    expect(await proposal(publish.replace('publish -c', 'publish -r linux-x64 --self-contained false -c'), web)).toContain('RUN dotnet restore -r linux-x64\n');
  });

  it('refuses when the assembly has another name', async () => {
    expect(await refusal(`${sdk}RUN dotnet publish -c Release -o /out\nWORKDIR /out\nCMD ["dotnet", "shop.dll"]\n`, web)).toBe('ambiguous-artifact: cannot tell what the build makes: the start runs shop.dll, but the build makes Shop.dll');
  });

  it('refuses output that is copied in, with the image to use', async () => {
    const outcome = await convert('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY publish/ .\nCMD ["dotnet", "Shop.dll"]\n', { 'publish/Shop.dll': 'x', 'publish/Shop.runtimeconfig.json': '{}' });
    expect(outcome.findings[0]!.code).toBe('unsupported-shape');
    expect(outcome.findings[0]!.help).toContain('mcr.microsoft.com/dotnet/aspnet');
  });

  it('writes a plain shell-form start in exec form', async () => {
    const text = await proposal(`${sdk}RUN dotnet publish -c Release -o /out\nWORKDIR /out\nENTRYPOINT dotnet Shop.dll --verbose\n`, web);
    expect(text).toContain('ENTRYPOINT ["dotnet", "Shop.dll", "--verbose"]');
  });

  it('says what it can without a project', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\nRUN dotnet publish -c Release -o out\nENTRYPOINT ["dotnet", "out/Shop.dll"]\n');
    expect(builderOf(text)).not.toContain('restore');
    expect(runtimeOf(text)).toBe('FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nCOPY --from=builder /app .\nENTRYPOINT ["dotnet", "out/Shop.dll"]\n');
  });
});

describe('several projects', () => {
  const files = {
    'Shop.sln': 'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Shop.Api", "src\\Shop.Api\\Shop.Api.csproj", "{1}"\nEndProject\nProject("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Shop.Core", "src\\Shop.Core\\Shop.Core.csproj", "{2}"\nEndProject\n',
    'src/Shop.Api/Shop.Api.csproj': csproj(undefined, '', '<ProjectReference Include="..\\Shop.Core\\Shop.Core.csproj" />'),
    'src/Shop.Api/Program.cs': program,
    'src/Shop.Core/Shop.Core.csproj': csproj('Microsoft.NET.Sdk'),
    'src/Shop.Core/Basket.cs': 'class Basket {}',
    'Directory.Packages.props': '<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>',
    'NuGet.Config': '<configuration><packageSources><add key="nuget.org" value="https://api.nuget.org/v3/index.json" /></packageSources></configuration>',
    'global.json': '{"sdk":{"version":"8.0.100"}}',
    '.dockerignore': '**/obj\n**/bin\n',
  };
  const dockerfile = 'FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY . /source\nWORKDIR /source/src/Shop.Api\nRUN dotnet restore\nRUN dotnet publish -c Release -o /app\nWORKDIR /app\nENTRYPOINT ["dotnet", "Shop.Api.dll"]\n';

  it('copies all project files with their folders', async () => {
    expect(builderOf(await proposal(dockerfile, files))).toBe(`FROM mcr.microsoft.com/dotnet/sdk:8.0 AS builder

# Project files first: packages stay cached while only sources change
COPY NuGet.Config global.json Directory.Packages.props source/
COPY src/Shop.Api/Shop.Api.csproj source/src/Shop.Api/
COPY src/Shop.Core/Shop.Core.csproj source/src/Shop.Core/
RUN dotnet restore source/src/Shop.Api
COPY . /source
WORKDIR /source/src/Shop.Api
RUN dotnet publish -c Release -o /app --no-restore

`);
  });

  it('does not reorder when a project looks at files that are not known', async () => {
    const reading = { ...files, 'src/Shop.Core/Shop.Core.csproj': csproj('Microsoft.NET.Sdk', "<Version>$([System.IO.File]::ReadAllText('../../VERSION'))</Version>") };
    expect(builderOf(await proposal(dockerfile, reading))).not.toContain('Project files first');
    const local = { ...files, 'NuGet.Config': '<configuration><packageSources><add key="own" value="./packages" /></packageSources></configuration>' };
    expect(builderOf(await proposal(dockerfile, local))).not.toContain('Project files first');
  });

  it('keeps sibling folders that are copied one by one in the builder', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY src/Shop.Api ./Shop.Api/\nCOPY src/Shop.Core ./Shop.Core/\nWORKDIR /app/Shop.Api\nRUN dotnet publish -c Release -o /out\nWORKDIR /out\nCMD ["dotnet", "Shop.Api.dll"]\n', files);
    expect(builderOf(text)).toContain('COPY src/Shop.Core ./Shop.Core/');
    expect(runtimeOf(text)).not.toContain('Shop.Core');
  });

  it('finds the start project of a solution by its assembly', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\nRUN dotnet publish Shop.sln -c Release -o out\nWORKDIR /app/out\nCMD ["dotnet", "Shop.Api.dll"]\n', files);
    expect(runtimeOf(text)).toContain('dotnet/aspnet:8.0');
  });
});
