{{%AUTOESCAPE context="HTML"}}
{{! WHOSE; MADE_NOW: TOKEN_TEXT, TOKEN_NAME; SOME or NONE; TOKEN: ID, NAME, OWNER, SCOPE, BY, MADE, STATE, SHAPE, WORD, REVOKED, ENDS or
    ENDLESS, USED with ADDRESS or NEVER, MAY_REVOKE; the form: NEW_NAME, SCOPE_READ, SCOPE_UPLOAD, SCOPE_FULL, DAYS_30 ... }}
<p>A token lets a program in without a browser: <code>curl -H 'Authorization: Bearer …'</code>. It may do what its owner may, within its scope.</p>
{{#MADE_NOW}}
<section class="card" aria-labelledby="made-title" role="status">
<h2 id="made-title">Token “{{TOKEN_NAME}}”, shown only this once</h2>
<p class="secret" id="new-token">{{TOKEN_TEXT}}</p>
<p>Copy it now to where it is needed; only a fingerprint of it is kept here.</p>
</section>
{{/MADE_NOW}}
<section class="card" aria-labelledby="tokens-title">
<h2 id="tokens-title">{{WHOSE}} tokens</h2>
{{#NONE}}<div class="empty"><p><strong>There is no token yet.</strong> Make one below for a script that uploads files or reads the API.</p></div>{{/NONE}}
{{#SOME}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of tokens">
<table class="stack">
<thead><tr><th scope="col">Name</th><th scope="col">Owner</th><th scope="col">State</th><th scope="col">Scope</th><th scope="col">Last used</th><th scope="col">Made</th><th scope="col">Change</th></tr></thead>
<tbody>
{{#TOKEN}}<tr><th scope="row">{{NAME}}<span class="sub">number {{ID}}</span></th><td data-label="Owner">{{OWNER}}</td><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span><span class="sub">{{#REVOKED}}<time datetime="{{REVOKED_ISO}}" title="{{REVOKED_FULL}}">{{REVOKED_AGO}}</time>{{/REVOKED}}{{#ENDS}}until <time datetime="{{ENDS_ISO}}">{{ENDS_FULL}}</time>{{/ENDS}}{{#ENDLESS}}does not end{{/ENDLESS}}</span></td><td data-label="Scope">{{SCOPE}}</td><td data-label="Last used">{{#USED}}<time datetime="{{USED_ISO}}" title="{{USED_FULL}}">{{USED_AGO}}</time><span class="sub">from {{ADDRESS}}</span>{{/USED}}{{#NEVER}}never{{/NEVER}}</td><td data-label="Made"><time datetime="{{MADE_ISO}}" title="{{MADE_FULL}}">{{MADE_AGO}}</time><span class="sub">by {{BY}}</span></td><td>{{#MAY_REVOKE}}
<form method="post" action="/tokens/{{ID}}/revoke"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" type="submit">Revoke<span class="visually-hidden"> the token {{NAME}}, number {{ID}}</span></button></form>
{{/MAY_REVOKE}}</td></tr>
{{/TOKEN}}
</tbody>
</table>
</div>
{{/SOME}}
</section>
<form class="card form" method="post" action="/tokens" aria-labelledby="add-title">
<h2 id="add-title">Make a token for yourself</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_NAME}}field-bad{{/ERROR_NAME}}"><label for="f-name">Name</label><p class="help" id="name-help">What it is for: “nightly upload”</p>{{#ERROR_NAME}}<p class="field-error" id="name-error">{{ERROR_TEXT}}</p>{{/ERROR_NAME}}<input id="f-name" name="name" maxlength="64" value="{{NEW_NAME}}" autocomplete="off" required aria-describedby="name-help {{#ERROR_NAME}}name-error{{/ERROR_NAME}}" {{#ERROR_NAME}}aria-invalid="true"{{/ERROR_NAME}}></div>
<div class="field {{#ERROR_SCOPE}}field-bad{{/ERROR_SCOPE}}"><label for="f-scope">Scope</label>{{#ERROR_SCOPE}}<p class="field-error" id="scope-error">{{ERROR_TEXT}}</p>{{/ERROR_SCOPE}}<select id="f-scope" name="scope" {{#ERROR_SCOPE}}aria-invalid="true" aria-describedby="scope-error"{{/ERROR_SCOPE}}><option value="read" {{#SCOPE_READ}}selected{{/SCOPE_READ}}>read: looks</option><option value="upload" {{#SCOPE_UPLOAD}}selected{{/SCOPE_UPLOAD}}>upload: also brings files in</option><option value="full" {{#SCOPE_FULL}}selected{{/SCOPE_FULL}}>full: all that you may do</option></select></div>
<div class="field {{#ERROR_DAYS}}field-bad{{/ERROR_DAYS}}"><label for="f-days">Good for</label>{{#ERROR_DAYS}}<p class="field-error" id="days-error">{{ERROR_TEXT}}</p>{{/ERROR_DAYS}}<select id="f-days" name="days" {{#ERROR_DAYS}}aria-invalid="true" aria-describedby="days-error"{{/ERROR_DAYS}}><option value="30" {{#DAYS_30}}selected{{/DAYS_30}}>30 days</option><option value="90" {{#DAYS_90}}selected{{/DAYS_90}}>90 days</option><option value="365" {{#DAYS_365}}selected{{/DAYS_365}}>a year</option><option value="0" {{#DAYS_0}}selected{{/DAYS_0}}>until it is revoked</option></select></div>
<div class="actions"><button class="button button-primary" type="submit">Make the token</button></div>
</form>
