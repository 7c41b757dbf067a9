{{! text: nothing is escaped }}
{{#TEST}}
This is a test of the channel {{CHANNEL}}, asked for by {{ASKED_BY}}.
Nothing has happened, and there is nothing to do.
{{/TEST}}
{{#RESOLVED}}
It is over. How it ended:{{BI_NEWLINE}}
{{/RESOLVED}}
{{#REMINDER}}
This is still open, and nobody has acknowledged it:{{BI_NEWLINE}}
{{/REMINDER}}
{{#ESCALATED}}
This has been open for a while, and nobody has acknowledged it:{{BI_NEWLINE}}
{{/ESCALATED}}
{{#INCIDENT}}
{{INCIDENT_TITLE}} ({{INCIDENT_SEVERITY}}){{BI_NEWLINE}}
{{#EVENT}}
* {{#ABOUT}}{{SUBJECT}}: {{/ABOUT}}{{TEXT}}
  {{AT}} UTC, {{WORD}}; rule "{{RULE}}"
{{#NOTE}}
  {{NOTE_TEXT}}
{{/NOTE}}
{{/EVENT}}
{{BI_SPACE}}
{{/INCIDENT}}
{{#MORE}}
... and {{MORE_TEXT}} that the console shows.
{{/MORE}}
