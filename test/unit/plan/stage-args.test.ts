import { describe, expect, it } from 'vitest';
import { withItsArgs } from '../../../src/plan/stage-args.ts';
import type { Block } from '../../../src/plan/plan.ts';
import { walkOf } from '../../support/walks.ts';

const walked = walkOf(`FROM golang:1.22
ARG NAME=app
ARG GROUP=$NAME
ARG UNUSED
ENV HOME_FOLDER=/home/$NAME
RUN useradd $NAME
RUN groupadd $GROUP
LABEL name=$NAME
RUN echo $HOME_FOLDER
RUN ./build
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get install -y curl
`);

const block = (start: string): Block => {
  const { instruction } = walked.steps.find((step) => step.instruction.text.startsWith(start))!;
  return { text: instruction.text, comments: [], apart: false, origin: instruction };
};
const stage = (...starts: string[]): string[] => withItsArgs(starts.map(block), walked, () => undefined).map(({ text }) => text);

describe('withItsArgs', () => {
  it('declares what a line refers to', () => {
    expect(stage('RUN useradd')).toEqual(['ARG NAME=app', 'RUN useradd $NAME']);
  });

  it('declares what the default of an ARG refers to', () => {
    expect(stage('RUN groupadd')).toEqual(['ARG NAME=app', 'ARG GROUP=$NAME', 'RUN groupadd $GROUP']);
  });

  it('declares an ARG once', () => {
    expect(stage('RUN useradd', 'RUN groupadd', 'LABEL')).toEqual(['ARG NAME=app', 'RUN useradd $NAME', 'ARG GROUP=$NAME', 'RUN groupadd $GROUP', 'LABEL name=$NAME']);
    expect(stage('RUN useradd', 'ARG NAME', 'LABEL')).toEqual(['ARG NAME=app', 'RUN useradd $NAME', 'LABEL name=$NAME']);
    expect(stage('ARG NAME', 'RUN useradd')).toEqual(['ARG NAME=app', 'RUN useradd $NAME']);
  });

  it('leaves out an ARG that nothing refers to', () => {
    expect(stage('ARG NAME', 'ARG UNUSED', 'LABEL')).toEqual(['ARG NAME=app', 'LABEL name=$NAME']);
  });

  it('keeps an ARG that a RUN may read from its environment', () => {
    expect(stage('ARG UNUSED', 'RUN ./build')).toEqual(['ARG UNUSED', 'RUN ./build']);
    expect(stage('ARG DEBIAN_FRONTEND', 'RUN apt-get')).toEqual(['ARG DEBIAN_FRONTEND=noninteractive', 'RUN apt-get install -y curl']);
  });

  it('leaves out an ARG that no program of the stage reads', () => {
    expect(stage('ARG UNUSED', 'RUN echo')).toEqual(['RUN echo $HOME_FOLDER']);
    expect(stage('ARG UNUSED', 'RUN apt-get')).toEqual(['RUN apt-get install -y curl']);
  });

  it('tells which it put in', () => {
    const added: string[] = [];
    withItsArgs([block('RUN groupadd')], walked, (instruction) => added.push(instruction.text));
    expect(added).toEqual(['ARG NAME=app', 'ARG GROUP=$NAME']);
  });
});
