/** An `import`, an `import()` or an `export … from`. */
export interface ImportFact {
  specifier: string;
  /** Whether nothing of it is left once the types are gone. */
  typeOnly: boolean;
  reexport: boolean;
  line: number;
}

/** A name of the platform that a source uses. */
export interface UseFact {
  /** As it is written: `Deno.Kv`, `Date.now`, `new Date()`, `fetch`, `jsx`. */
  name: string;
  line: number;
}

/** What a source imports, and which names of the platform it uses. */
export interface SourceFacts {
  imports: ImportFact[];
  uses: UseFact[];
}

/** Globals that count wherever they are used as a value. */
const GLOBALS = new Set(["fetch", "console", "process", "globalThis", "window", "Temporal"]);

/** Something with a place in its source. */
interface Ranged {
  range: [number, number];
}

/** Below these a name is a property's or a type's, and no use of a global. */
const NAMING_PARENTS = new Set([
  "MethodDefinition",
  "TSPropertySignature",
  "TSMethodSignature",
  "TSTypeQuery",
  "TSFunctionType",
  "TSQualifiedName",
  "TSTypeReference",
  "ImportSpecifier",
  "ExportSpecifier",
]);

/** Reads a source's syntax tree, without running or resolving anything. */
export function readFacts(path: string, text: string): SourceFacts {
  const facts: SourceFacts = { imports: [], uses: [] };
  const bound = new Set<string>();
  const lineOf = (node: Deno.lint.Node) => text.slice(0, node.range[0]).split("\n").length;
  const use = (name: string, node: Deno.lint.Node) => {
    facts.uses.push({ name, line: lineOf(node) });
  };

  const addImport = (
    node: Deno.lint.Node,
    source: Deno.lint.Node | null,
    { typeOnly = false, reexport = false },
  ) => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    facts.imports.push({ specifier: source.value, typeOnly, reexport, line: lineOf(node) });
  };

  visit(path, text, {
    ImportDeclaration(node) {
      addImport(node, node.source, { typeOnly: isTypeOnly(node) });
    },
    ImportExpression(node) {
      addImport(node, node.source, {});
    },
    ExportNamedDeclaration(node) {
      addImport(node, node.source, { typeOnly: node.exportKind === "type", reexport: true });
    },
    ExportAllDeclaration(node) {
      addImport(node, node.source, { typeOnly: node.exportKind === "type", reexport: true });
    },
    MemberExpression(node) {
      if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
      use(`${node.object.name}.${node.property.name}`, node);
    },
    TSQualifiedName(node) {
      if (node.left.type === "Identifier") use(`${node.left.name}.${node.right.name}`, node);
    },
    NewExpression(node) {
      const { callee } = node;
      if (callee.type !== "Identifier" || callee.name !== "Date") return;
      if (node.arguments.length === 0) use("new Date()", node);
    },
    CallExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "Date") use("Date()", node);
    },
    JSXElement: (node) => use("jsx", node),
    JSXFragment: (node) => use("jsx", node),
    Identifier(node) {
      if (!GLOBALS.has(node.name)) return;
      if (isBinding(node)) bound.add(node.name);
      else if (!isPropertyName(node)) use(node.name, node);
    },
  });

  facts.uses = facts.uses.filter(({ name }) => !bound.has(name));
  return facts;
}

function visit(path: string, text: string, visitor: Deno.lint.LintVisitor): void {
  const fileName = path.endsWith(".tsx") ? "source.tsx" : "source.ts";
  Deno.lint.runPlugin(
    { name: "facts", rules: { read: { create: () => visitor } } },
    fileName,
    text,
  );
}

function isTypeOnly(node: Deno.lint.ImportDeclaration): boolean {
  if (node.importKind === "type") return true;
  return node.specifiers.length > 0 && node.specifiers.every((specifier) => {
    return specifier.type === "ImportSpecifier" && specifier.importKind === "type";
  });
}

/** Whether a name is introduced here, as a parameter or a variable. */
function isBinding(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return parent.params.some((param) => isSame(param, node));
    case "VariableDeclarator":
      return isSame(parent.id, node);
    case "AssignmentPattern":
      return isSame(parent.left, node);
    case "Property":
      return parent.parent.type === "ObjectPattern" && isSame(parent.value, node);
    default:
      return parent.type === "RestElement" || parent.type === "ArrayPattern";
  }
}

function isPropertyName(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (parent.type === "MemberExpression") return !parent.computed && isSame(parent.property, node);
  if (parent.type === "Property") return !parent.shorthand && isSame(parent.key, node);
  if (parent.type === "PropertyDefinition") return !parent.computed && isSame(parent.key, node);
  return NAMING_PARENTS.has(parent.type);
}

function isSame(one: Ranged, other: Ranged): boolean {
  return one.range[0] === other.range[0] && one.range[1] === other.range[1];
}
