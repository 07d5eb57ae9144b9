// Which task is a part of which: all parts of the tasks that are shown, done ones included.

export class Families {
  #client;
  /** Parent id → its parts as the server last told them. */
  #parts = new Map();
  #titles = new Map();

  constructor(client) {
    this.#client = client;
  }

  /** Read the parts of every parent among these tasks. Throws what the API throws. */
  async load(tasks) {
    const shown = new Set(tasks.map((task) => task.id));
    for (const task of tasks) this.#titles.set(task.id, task.title);
    const parents = new Set([...this.#parts.keys(), ...tasks.map((task) => task.parent_id)].filter((id) => id && shown.has(id)));
    const orphans = new Set(tasks.map((task) => task.parent_id).filter((id) => id && !shown.has(id) && !this.#titles.has(id)));
    const read = async (id) => this.#parts.set(id, (await this.#client.tasks({ parent_id: id, sort: "created" })).data);
    const name = async (id) => this.#titles.set(id, (await this.#client.task(id)).title);
    await Promise.all([...[...parents].map(read), ...[...orphans].map(name)]);
  }

  /** The parts of a task, in the order they were added; open ones as the newest list has them. */
  partsOf(parentId, open) {
    const newest = new Map(open.filter((task) => task.parent_id === parentId).map((task) => [task.id, task]));
    const known = this.#parts.get(parentId) ?? [];
    const added = [...newest.values()].filter((task) => !known.some(({ id }) => id === task.id));
    return [...known.map((task) => newest.get(task.id) ?? task), ...added];
  }

  partWithId(taskId) {
    return [...this.#parts.values()].flat().find((task) => task.id === taskId);
  }

  /** The task has parts from now on: read them next time. */
  expect(parentId) {
    if (!this.#parts.has(parentId)) this.#parts.set(parentId, []);
  }

  /** The task is no longer what it was: leave it out until it is read again. */
  forget(taskId) {
    for (const [parent, parts] of this.#parts) this.#parts.set(parent, parts.filter(({ id }) => id !== taskId));
  }

  titleOf(taskId) {
    return this.#titles.get(taskId);
  }
}
