/** Asks for a new admin token; works without JavaScript. */
export default function AdminTokenForm({ problem }: { problem?: string }) {
  return (
    <form class="fields" method="post" action="/admin-tokens">
      <label>
        What it is for
        <input
          name="name"
          required
          maxLength={100}
          autocomplete="off"
          placeholder="My laptop"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : "problem"}
        />
      </label>
      <label>
        Works for
        <select name="days">
          <option value="30">30 days</option>
          <option value="90" selected>90 days</option>
          <option value="365">a year</option>
          <option value="never">ever</option>
        </select>
      </label>
      <button type="submit" class="button">Make a CLI token</button>
      {problem !== undefined && <p class="problem" id="problem" role="alert">{problem}</p>}
    </form>
  );
}
