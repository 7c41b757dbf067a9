{{! text: nothing is escaped }}
*{{HEADING}}*
{{#TEST}}
This is a test of the channel {{CHANNEL}}, asked for by {{ASKED_BY}}. There is nothing to do.
{{/TEST}}
{{#INCIDENT}}
{{#SEVERAL}}
*{{INCIDENT_TITLE}}* ({{INCIDENT_SEVERITY}})
{{/SEVERAL}}
{{#EVENT}}
• {{#ABOUT}}{{SUBJECT}}: {{/ABOUT}}{{TEXT}} ({{AT}} UTC)
{{#NOTE}}
> {{NOTE_TEXT}}
{{/NOTE}}
{{/EVENT}}
{{/INCIDENT}}
{{#MORE}}
... and {{MORE_TEXT}} that the console shows.
{{/MORE}}
