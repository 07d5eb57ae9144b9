// The switcher of lists: one button each with its count; add, rename, delete.

import { prompt } from "./dialog.js";
import { el, hook, icon, part } from "./dom.js";
import { toast } from "./toast.js";

export class Lists {
  #view;
  #client;
  #signal;
  #onChosen;
  #onDone;
  #all = [];
  #current = null;

  /**
   * `onChosen` runs with the name of the list that is looked at, null for all; also after it was renamed or deleted.
   * `onDone` runs with the sentence of what can be taken back.
   */
  constructor(view, client, signal, { onChosen, onDone }) {
    this.#view = view;
    this.#client = client;
    this.#signal = signal;
    this.#onChosen = onChosen;
    this.#onDone = onDone;
    hook(view, "list-rename").addEventListener("click", () => this.#rename());
    hook(view, "list-delete").addEventListener("click", () => this.#delete());
    this.#draw();
  }

  get names() {
    return this.#all.map(({ name }) => name);
  }

  /** Throws what the API throws. */
  async load() {
    this.#all = await this.#client.lists();
    if (this.#current && !this.#all.some(({ id }) => id === this.#current.id)) this.#choose(null);
    else this.#draw();
  }

  #choose(list) {
    this.#current = list;
    this.#draw();
    this.#onChosen(list?.name ?? null);
  }

  #draw() {
    const at = document.activeElement?.dataset?.focus;
    const tab = (key, label, count, list) =>
      el("li", {}, el("button", {
        type: "button", class: "tab", "data-focus": `list ${key}`, "data-testid": "list-tab",
        "aria-current": (list?.id ?? null) === (this.#current?.id ?? null) && "true", onclick: () => this.#choose(list),
      }, el("span", { text: label }), count !== undefined && el("span", { class: "count", text: count })));
    const add = el("button", { type: "button", class: "tab", "data-focus": "list new", "data-testid": "list-add", "aria-label": "New list", title: "New list", onclick: () => this.#add() }, icon("plus"), !this.#all.length && el("span", { text: "New list" }));
    hook(this.#view, "lists").replaceChildren(
      ...(this.#all.length ? [tab("all", "All", undefined, null)] : []),
      ...this.#all.map((list) => tab(list.id, list.name, list.open_tasks, list)),
      el("li", {}, add),
    );
    part(this.#view, "list-tools").hidden = !this.#current;
    this.#view.querySelector("#tasks-heading").textContent = this.#current?.name ?? "Your tasks";
    if (at?.startsWith("list ")) this.#view.querySelector(`[data-focus="${CSS.escape(at)}"]`)?.focus();
  }

  async #add() {
    const name = await prompt({ title: "New list", label: "Name", action: "Add" }, this.#signal);
    if (name) await this.#try(async () => this.#take(await this.#client.createList(name)), `“${name}” was not added.`);
  }

  async #rename() {
    const { id, name } = this.#current;
    const renamed = await prompt({ title: "Rename the list", label: "Name", value: name, action: "Rename" }, this.#signal);
    if (renamed && renamed !== name) await this.#try(async () => this.#take(await this.#client.renameList(id, renamed)), `“${name}” was not renamed.`);
  }

  async #delete() {
    const { id, name } = this.#current;
    await this.#try(async () => {
      await this.#client.deleteList(id);
      this.#all = this.#all.filter((list) => list.id !== id);
      this.#choose(null);
      this.#onDone(`Deleted the list “${name}”; its tasks stay`);
    }, `“${name}” is still here.`);
  }

  #take(list) {
    this.#all = [...this.#all.filter(({ id }) => id !== list.id), list].sort((a, b) => a.name.localeCompare(b.name));
    this.#choose(list);
  }

  async #try(run, failed) {
    try {
      await run();
    } catch (error) {
      if (!this.#signal.aborted) toast(`${failed} ${error.message}`);
    }
  }
}
