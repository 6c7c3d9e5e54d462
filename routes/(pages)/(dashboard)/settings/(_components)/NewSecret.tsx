import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";

/** The signing secret of a webhook, in the one answer that holds it. */
export default function NewSecret({ secret, name }: { secret: string; name: string }) {
  return (
    <Card id="new-secret" title={`Signing secret of ${name}`}>
      <p class="lead">
        The receiver checks each message with it. It is shown this once: copy it now. If it is lost,
        rotate it.
      </p>
      <p>
        <Command text={secret} />
      </p>
    </Card>
  );
}
