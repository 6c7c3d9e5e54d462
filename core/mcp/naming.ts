import { exposedName, exposedNames, splitExposedName } from "./tool_names.ts";

/** A name, URI or task id taken apart: whose it is, and what it is called there. */
export interface Owned {
  slug: string;
  own: string;
}

/**
 * How an endpoint shows what its servers call their tools, prompts, resources and tasks.
 *
 * All of them change together or none does.
 */
export interface Naming {
  /** Whether everything keeps the name that its server gave it. */
  readonly isPlain: boolean;
  /** The exposed names of one server's tools or prompts, each with its own name. */
  names(slug: string, own: readonly string[]): Map<string, string>;
  /** One exposed name, for what is shown outside of a list. */
  exposeName(slug: string, own: string): string;
  /** Whose a name is; `own` is not the whole name where it was shortened. */
  ownerOfName(name: string): Owned | null;
  /** A URI or a URI template. */
  exposeUri(slug: string, uri: string): string;
  ownerOfUri(uri: string): Owned | null;
  exposeTask(slug: string, id: string): string;
  ownerOfTask(id: string): Owned | null;
}

/** Names of one server alone: everything stays as it is. */
export function plainNaming(slug: string): Naming {
  const owner = (own: string): Owned => ({ slug, own });
  const same = (_slug: string, own: string): string => own;
  return {
    isPlain: true,
    names: (_slug, own) => new Map(own.map((name) => [name, name])),
    exposeName: same,
    ownerOfName: owner,
    exposeUri: same,
    ownerOfUri: owner,
    exposeTask: same,
    ownerOfTask: owner,
  };
}

/** Names of several servers beside each other. */
export const PREFIXED: Naming = {
  isPlain: false,
  names: exposedNames,
  exposeName: exposedName,
  ownerOfName(name) {
    const parts = splitExposedName(name);
    return parts === null ? null : { slug: parts.slug, own: parts.rest };
  },
  exposeUri(slug, uri) {
    return `${uri}${uri.includes("#") ? "!" : "#"}~${slug}`;
  },
  ownerOfUri(uri) {
    const match = /^(.*)[#!]~([a-z0-9-]+)$/s.exec(uri);
    return match === null ? null : { slug: match[2], own: match[1] };
  },
  exposeTask: (slug, id) => `${slug}__${id}`,
  ownerOfTask(id) {
    const parts = splitExposedName(id);
    return parts === null ? null : { slug: parts.slug, own: parts.rest };
  },
};
