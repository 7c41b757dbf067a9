{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<form class="card" method="get" action="/deliveries" aria-label="Filter">
{{#OF_INCIDENT}}<p>Of <a href="/incidents/{{INCIDENT_ID}}">incident {{INCIDENT_ID}}</a> only.</p><input type="hidden" name="incident" value="{{INCIDENT_ID}}">{{/OF_INCIDENT}}
<div class="filters">
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}><option value="">any</option>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_KIND}}field-bad{{/ERROR_KIND}}"><label for="f-kind">Kind</label>{{#ERROR_KIND}}<p class="field-error" id="kind-error">{{ERROR_TEXT}}</p>{{/ERROR_KIND}}<select id="f-kind" name="kind" {{#ERROR_KIND}}aria-invalid="true" aria-describedby="kind-error"{{/ERROR_KIND}}><option value="">any</option>{{#KIND_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/KIND_OPTION}}</select></div>
<div class="field"><label for="f-channel">Channel</label><select id="f-channel" name="channel"><option value="">any</option>{{#CHANNEL_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/CHANNEL_OPTION}}</select></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/deliveries">Show all</a>{{/FILTERED}}</div>
</div>
</form>
{{#SOME}}
<section class="card" aria-label="Deliveries">
{{>DELIVERIES}}
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</section>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No delivery matches this filter.</strong> Widen it, or look at all deliveries.</p><a class="button" href="/deliveries">Show all deliveries</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>No message has gone out yet.</strong> Each one is kept here with what the server answered.</p>{{#IS_OPERATOR}}<a class="button" href="/channels">Try a channel</a>{{/IS_OPERATOR}}</div>
{{/NONE_YET}}
