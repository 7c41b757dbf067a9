{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<form class="card" method="get" action="/incidents" aria-label="Filter">
{{#OF_RULE}}<p>Of <a href="/alerts/{{RULE_ID}}">rule {{RULE_ID}}</a> only.</p><input type="hidden" name="rule" value="{{RULE_ID}}">{{/OF_RULE}}
<div class="filters">
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}><option value="">any</option>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_SEVERITY}}field-bad{{/ERROR_SEVERITY}}"><label for="f-severity">Severity</label>{{#ERROR_SEVERITY}}<p class="field-error" id="severity-error">{{ERROR_TEXT}}</p>{{/ERROR_SEVERITY}}<select id="f-severity" name="severity" {{#ERROR_SEVERITY}}aria-invalid="true" aria-describedby="severity-error"{{/ERROR_SEVERITY}}><option value="">any</option>{{#SEVERITY_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SEVERITY_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/incidents">Show all</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a></div>
</div>
</form>
{{#ALL_QUIET}}
<section class="verdict tone-good" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-succeeded"/></svg>
<div><p class="verdict-words">No incident is open</p></div>
</section>
{{/ALL_QUIET}}
{{#OPEN}}
<section class="card" aria-labelledby="open-title">
<h2 id="open-title">Open</h2>
{{>INCIDENTS}}
</section>
{{/OPEN}}
{{#ACKNOWLEDGED}}
<section class="card" aria-labelledby="acked-title">
<h2 id="acked-title">Acknowledged</h2>
{{>INCIDENTS}}
</section>
{{/ACKNOWLEDGED}}
{{#MORE_OPEN}}<p><a class="button" href="/incidents?state=open">All open ones</a></p>{{/MORE_OPEN}}
{{#SOME}}
<section class="card" aria-labelledby="some-title">
<h2 id="some-title">{{SOME_TITLE}}</h2>
{{>INCIDENTS}}
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</section>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No incident matches this filter.</strong> Widen it, or look at all incidents.</p><a class="button" href="/incidents">Show all incidents</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>Nothing has happened yet.</strong> When a rule fires, what belongs together becomes one incident here, is told once, and stays here until it is over.</p><a class="button" href="/alerts">Look at the rules</a></div>
{{/NONE_YET}}
