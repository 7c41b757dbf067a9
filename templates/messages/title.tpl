{{! text: nothing is escaped }}
{{#OPENED}}{{SEVERITY}}: {{/OPENED}}{{#RESOLVED}}Resolved: {{/RESOLVED}}{{#REMINDER}}Still open: {{/REMINDER}}{{#ESCALATED}}Not acknowledged: {{/ESCALATED}}{{TITLE}}
