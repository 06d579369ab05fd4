import { describe, expect, it } from 'vitest';
import { builderOf, convert, csproj, program, proposal, refusal, runtimeOf } from './convert.ts';

const dockerfile = (start = 'CMD ["dotnet", "run"]', version = '8.0'): string => `FROM mcr.microsoft.com/dotnet/sdk:${version}\nWORKDIR /app\nCOPY . .\n${start}\n`;
const web = { 'Shop.csproj': csproj(), 'Program.cs': program };
const settings = (profile: object): Record<string, string> => ({ 'Properties/launchSettings.json': `// written by the IDE\n${JSON.stringify({ profiles: { 'IIS Express': { commandName: 'IISExpress' }, http: { commandName: 'Project', ...profile } } })}` });

describe('dotnet run', () => {
  it('becomes a publish and the assembly, in the same working directory', async () => {
    expect(await proposal(dockerfile(), web)).toBe(`FROM mcr.microsoft.com/dotnet/sdk:8.0 AS builder
WORKDIR /app

# Project files first: packages stay cached while only sources change
COPY Shop.csproj ./
RUN dotnet restore Shop.csproj
COPY . .

# What \`dotnet run\` built at every start
RUN dotnet publish Shop.csproj -c Release -o /publish

FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /app
COPY --from=builder /publish .

USER $APP_UID
CMD ["dotnet", "Shop.dll"]
`);
  });

  it('keeps Debug where the sources depend on it', async () => {
    expect(await proposal(dockerfile(), { ...web, 'Extra.cs': '#if DEBUG\nclass Extra {}\n#endif' })).toContain('-c Debug -o /publish');
    expect(await proposal(dockerfile('CMD ["dotnet", "run", "-c", "Staging"]'), web)).toContain('-c Staging -o /publish');
  });

  it('carries the launch profile over', async () => {
    const text = await proposal(dockerfile(), { ...web, ...settings({ applicationUrl: 'http://*:5000', environmentVariables: { ASPNETCORE_ENVIRONMENT: 'Development', Greeting: 'good day' } }) });
    expect(runtimeOf(text)).toContain('# What `dotnet run` took from Properties/launchSettings.json\nENV ASPNETCORE_URLS=http://*:5000 \\\n    ASPNETCORE_ENVIRONMENT=Development \\\n    Greeting="good day"\n');
  });

  it('warns of an address that nobody outside can reach', async () => {
    const outcome = await convert(dockerfile(), { ...web, ...settings({ applicationUrl: 'http://localhost:5292' }) });
    expect(outcome.findings.map((finding) => finding.code)).toContain('local-address');
  });

  it('lets --urls win over the profile', async () => {
    const files = { ...web, ...settings({ applicationUrl: 'https://localhost:7001;http://localhost:5001', environmentVariables: { ASPNETCORE_ENVIRONMENT: 'Development' } }) };
    const text = await proposal(dockerfile('CMD ["dotnet", "run", "--urls", "http://0.0.0.0:5000"]'), files);
    expect(runtimeOf(text)).toContain('ENV ASPNETCORE_ENVIRONMENT=Development\n');
    expect(text).not.toContain('7001');
    expect(text).toContain('CMD ["dotnet", "Shop.dll", "--urls", "http://0.0.0.0:5000"]');
    expect(await refusal(dockerfile(), files)).toMatch(/^interactive-or-dev-start/);
    expect(await proposal(dockerfile('CMD ["dotnet", "run", "--no-launch-profile"]'), files)).not.toContain('ENV');
  });

  it('replaces a build, and keeps tests', async () => {
    const text = await proposal(`FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\nRUN dotnet build -c Release\nRUN dotnet test\nENTRYPOINT ["dotnet", "run", "--no-build", "-c", "Release"]\nCMD ["--loud"]\n`, web);
    expect(builderOf(text)).not.toContain('dotnet build');
    expect(builderOf(text)).toContain('RUN dotnet test');
    expect(text).toContain('ENTRYPOINT ["dotnet", "Shop.dll"]\nCMD ["--loud"]');
  });

  it('takes files that the sources name, and that a publish leaves out', async () => {
    const text = await proposal(dockerfile(), { 'Tool.csproj': csproj('Microsoft.NET.Sdk', '<OutputType>Exe</OutputType>', '<None Update="kept.csv" CopyToOutputDirectory="Always" />'), 'Program.cs': 'var a = File.ReadAllText("words.txt"); var b = File.ReadAllText("kept.csv");', 'words.txt': 'x', 'kept.csv': 'y', 'notes.txt': 'z' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/words.txt ./words.txt');
    expect(runtimeOf(text)).not.toContain('kept.csv');
    expect(runtimeOf(text)).not.toContain('notes.txt');
  });

  it('takes a file that the sources name and .gitignore lists by a pattern, which may match nothing', async () => {
    const text = await proposal(dockerfile(), { 'Tool.csproj': csproj('Microsoft.NET.Sdk', '<OutputType>Exe</OutputType>'), 'Program.cs': 'var a = File.ReadAllText("token.txt");', '.gitignore': 'bin/\ntoken.txt\nother.txt\n*.log\n' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/token.tx[t] ./token.txt');
    expect(runtimeOf(text)).not.toContain('other');
  });

  it('runs a project in another folder', async () => {
    const files = { 'src/Api/Api.csproj': csproj(), 'src/Api/Program.cs': program, 'src/Lib/Lib.csproj': csproj('Microsoft.NET.Sdk') };
    const text = await proposal(dockerfile('CMD dotnet run --project src/Api'), files);
    expect(builderOf(text)).toContain('RUN dotnet publish src/Api/Api.csproj -c Release -o /publish');
    expect(text).toContain('CMD ["dotnet", "Api.dll"]');
  });

  it('refuses what a published program does not do', async () => {
    expect(await refusal(dockerfile('CMD ["dotnet", "watch", "run"]'), web)).toMatch(/^interactive-or-dev-start/);
    expect(await refusal(dockerfile(), { 'App.csproj': csproj('Microsoft.NET.Sdk.BlazorWebAssembly') })).toMatch(/^unsupported-shape/);
    expect(await refusal(dockerfile(), { 'App.csproj': csproj(undefined, '', '<PackageReference Include="Microsoft.AspNetCore.SpaProxy" Version="8.0.0" />') })).toMatch(/^interactive-or-dev-start/);
    expect(await refusal(dockerfile(), { 'A.csproj': csproj(), 'B.csproj': csproj() })).toMatch(/^ambiguous-artifact/);
    expect(await refusal(dockerfile(), { 'Lib.csproj': csproj('Microsoft.NET.Sdk') })).toMatch(/^unsupported-shape: Lib.csproj is a library/);
    expect(await refusal(dockerfile())).toMatch(/^missing-manifest/);
    expect(await refusal(dockerfile('CMD dotnet ef database update && dotnet run'), web)).toMatch(/^unsupported-shape: the start calls `dotnet ef`/);
  });
});
