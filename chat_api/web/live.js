// The stream of fired reminders and of changed tasks. EventSource reconnects by itself; what it gives up on is opened again here.

const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;

/**
 * Keep the stream open until `signal` fires.
 * @param lastId the newest inbox id that is already known
 * @param onReminder called with each inbox item; may be called twice with the same one
 * @param onTasks called when tasks may have changed, here or elsewhere
 * @param onState called with "live", "reconnecting" or "offline"
 * @param onReopened called when the stream is back after an interruption
 * @param probe asked when the stream was refused; it finds out whether the session is over
 */
export function followReminders({ lastId, onReminder, onTasks, onState, onReopened, probe, signal }) {
  let source;
  let timer;
  let delay = FIRST_DELAY;
  let interrupted = false;

  function open() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(`/api/v1/events?after=${lastId()}`);
    source.addEventListener("open", () => {
      delay = FIRST_DELAY;
      onState("live");
      // What changed before the stream was open was not told on it.
      if (interrupted) onReopened();
      else onTasks();
      interrupted = false;
    });
    source.addEventListener("reminder.fired", (event) => {
      onReminder({ ...JSON.parse(event.data), id: Number(event.lastEventId) });
    });
    source.addEventListener("task.changed", onTasks);
    source.addEventListener("error", lost);
  }

  async function lost() {
    interrupted = true;
    onState(navigator.onLine ? "reconnecting" : "offline");
    if (source.readyState !== EventSource.CLOSED) return;
    timer = setTimeout(open, delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, LONGEST_DELAY);
    await probe().catch(() => {});
  }

  addEventListener("online", open, { signal });
  addEventListener("offline", () => onState("offline"), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    source.close();
  });
  open();
}
