{{%AUTOESCAPE context="HTML"}}
{{! ERROR_TEXT; REFERENCE section with REF; SIGN_IN and AGAIN sections. }}
<div class="card lone">
<p>{{ERROR_TEXT}}</p>
{{#REFERENCE}}<p>The log has the details under the reference <code>{{REF}}</code>. If it happens again, tell your keeper that reference.</p>{{/REFERENCE}}
{{#AGAIN}}<p><a class="button" href="">Ask again now</a></p>{{/AGAIN}}
{{#SIGN_IN}}<p><a class="button" href="/login">Log in</a></p>{{/SIGN_IN}}
{{#SIGNED_IN}}<p><a href="/">Back to the overview</a></p>{{/SIGNED_IN}}
</div>
