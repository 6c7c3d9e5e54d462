/** A note as it is kept. */
export interface Note {
  id: number;
  title: string;
  text: string;
  tags: string[];
  createdAt: string;
}

/** How many notes are kept; the oldest make room. */
const MAX_NOTES = 1000;

/** Notes in memory, newest first. */
export class Notebook {
  #notes: Note[] = [];
  #nextId = 1;

  add({ title, text, tags }: Pick<Note, "title" | "text" | "tags">): Note {
    const note = { id: this.#nextId++, title, text, tags, createdAt: new Date().toISOString() };
    this.#notes = [note, ...this.#notes].slice(0, MAX_NOTES);
    return note;
  }

  /** All notes, or those with a tag. */
  list(tag?: string): Note[] {
    return this.#notes.filter((note) => tag === undefined || note.tags.includes(tag));
  }

  /** Notes that contain every word, in whatever case. */
  search(query: string): Note[] {
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return this.#notes.filter(({ title, text, tags }) => {
      const all = [title, text, ...tags].join("\n").toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }

  /** Whether there was such a note. */
  delete(id: number): boolean {
    const before = this.#notes.length;
    this.#notes = this.#notes.filter((note) => note.id !== id);
    return this.#notes.length < before;
  }
}
