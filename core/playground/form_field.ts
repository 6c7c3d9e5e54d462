/** What every field of a form for arguments says. */
interface FieldBase {
  /** Its name in the form: `a` and its place among its siblings, level by level. */
  id: string;
  /** The property that it fills in. */
  key: string;
  label: string;
  hint: string | null;
  isRequired: boolean;
  /** Whether `null` may stand there; then it does where nothing was filled in. */
  isNullable: boolean;
}

/** A line or several of text. */
export interface TextSpec {
  kind: "text";
  /** As the schema says it: `email`, `uri`, `date`, … */
  format: string | null;
  minLength: number | null;
  maxLength: number | null;
  pattern: string | null;
}

/** A number. */
export interface NumberSpec {
  kind: "number";
  isInteger: boolean;
  min: number | null;
  max: number | null;
  /** Whether the bounds themselves are not allowed. */
  isAboveMin: boolean;
  isBelowMax: boolean;
  multipleOf: number | null;
}

/** One of a few values, each by its JSON. */
export interface ChoiceSpec {
  kind: "choice";
  options: { json: string; label: string }[];
}

/** What has one value that is no object and no list. */
export type ScalarSpec = TextSpec | NumberSpec | ChoiceSpec;

/** A field for one value; `first` stands in it before anything was typed. */
export type ScalarField = FieldBase & ScalarSpec & { first: string };

/** A list of values of one kind. */
export interface ListField extends FieldBase {
  kind: "list";
  item: ScalarSpec;
  minItems: number | null;
  maxItems: number | null;
  first: string[];
}

/** An object with fields of its own. */
export interface GroupField extends FieldBase {
  kind: "group";
  fields: FormField[];
}

/** What no form can be made for, as JSON. */
export interface JsonField extends FieldBase {
  kind: "json";
  first: string;
}

/** A field of a form for arguments. */
export type FormField = ScalarField | ListField | GroupField | JsonField;

/** How much of a form there may be; what goes beyond it is filled in as JSON. */
export const MAX_FIELDS = 200;
export const MAX_DEPTH = 5;
