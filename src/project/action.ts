import type { Project } from './project.ts';

/**
 * The metadata file of a GitHub action that runs as a container, when the project is one. Its runner mounts the workspace as root, and asks
 * for the image's default user to be root. Source: docs.github.com, "Dockerfile support for GitHub Actions".
 */
export const containerAction = (project: Project): string | undefined => ['action.yml', 'action.yaml'].find((name) => /^\s*using:\s*["']?docker["']?\s*$/m.test(project.read(name) ?? ''));
